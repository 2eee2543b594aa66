"""Publishing a scheme through the approval gate: open conditions, the second person's approval, and past decisions."""
