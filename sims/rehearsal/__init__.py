"""Rehearsals: simulation of a draft scheme with the live company, piece by piece, until a requested precision."""
