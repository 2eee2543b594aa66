"""What is simulated, as a scenario writes it."""
