"""Randomised rollouts: power analysis of designs, registration before the start, and analysis by the registered plan."""
