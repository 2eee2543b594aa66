"""Calibration on a company's own history: calibrate–emulate–sample, its diagnostics, and baselines."""
