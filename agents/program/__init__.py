"""The incentive program inside the simulation."""
