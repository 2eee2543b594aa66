"""Nominations: rounds, candidates and decisions."""
