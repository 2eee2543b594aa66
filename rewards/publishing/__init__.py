"""Drafts of a scheme, and publishing them as versions."""
