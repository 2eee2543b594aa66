"""How many runs a calibration takes: light, since requests read it too."""

LEAST_RUNS = 400
"""Fewer leave the relation between parameters and what is seen too loose."""
