"""Benchmarks: each module measures one part of the program beside its peers and writes results/*.json."""
