"""Employees: the decision to share, learning, and the stationary state that runs start from."""
