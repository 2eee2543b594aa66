"""A draft of the live program rehearsed in simulation, piece by piece, until its numbers are as sure as was asked for."""
