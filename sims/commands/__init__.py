"""The simulation part of the `groundswell` command line: one module per family of commands."""
