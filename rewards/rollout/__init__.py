"""Randomised rollouts carried out: who was drawn is invited, or gets digests, from her day on and not before."""
