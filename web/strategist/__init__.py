"""Pages of the strategist."""
