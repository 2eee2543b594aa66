"""Paired comparison of scenarios, and the written rule of choice."""
