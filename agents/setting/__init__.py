"""The definition of a simulation, as in a scenario file."""
