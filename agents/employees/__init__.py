"""Employees: the decision to share, learning, and where they stand at the start."""
