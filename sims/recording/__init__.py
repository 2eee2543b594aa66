"""Recordings of one simulated run: for playback on a page, and for rescoring in the designer."""
