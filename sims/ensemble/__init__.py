"""Ensembles of runs and their results."""
