"""Histories: observed activity by day or week, from recorded events, the live program, or another tool's table."""
