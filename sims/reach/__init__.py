"""From naive reach to expected human clicks."""
