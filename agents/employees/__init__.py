"""Employees: the decision to share, learning, and where they are at the start."""
