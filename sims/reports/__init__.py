"""Results as text, and results stored for pages."""
