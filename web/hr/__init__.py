"""Pages of HR."""
