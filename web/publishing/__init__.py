"""Publishing through the gate: what is missing, who agrees, and what was decided."""
