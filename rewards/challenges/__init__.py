"""Challenges of teams and of everybody: their runs, standings and bonuses."""
