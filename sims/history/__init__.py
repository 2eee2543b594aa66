"""What happened, counted by day or by week: from recorded events, the live program, or another tool's table."""
