"""The scenario lab: one scenario, some variants of it or one lever pulled, beside doing nothing."""
