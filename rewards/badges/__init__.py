"""Badges: progress towards them, and Open Badges credentials."""
