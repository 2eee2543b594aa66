"""Calibration on a company's own history: calibrate–emulate–sample, how it is checked, and what it is held against."""
