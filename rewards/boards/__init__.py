"""Leaderboards and highlights."""
