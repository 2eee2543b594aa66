"""Immutable forecasts, and their scores against outcomes."""
