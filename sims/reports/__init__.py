"""Results as text, and results kept for pages."""
