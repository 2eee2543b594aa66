"""Kernels over plain arrays: streams, graphs, cascades, responses, scoring."""
