"""Measurement of a run's outcomes."""
