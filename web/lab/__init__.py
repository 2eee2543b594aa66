"""Pages of the scenario lab."""
