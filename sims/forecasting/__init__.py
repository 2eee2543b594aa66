"""Forecasts that cannot be changed, and how they are held against what happened."""
