"""Scoring as pure functions: compiled tables of a scheme, awards of events, replay, and reasons."""
