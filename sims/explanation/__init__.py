"""Decomposition of a difference between scenarios by mechanism and by group of people."""
