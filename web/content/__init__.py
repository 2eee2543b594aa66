"""Pages of those who write and approve what is shared."""
