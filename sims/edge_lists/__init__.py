"""Readers of edge lists: a company's own network from files."""

from sims.edge_lists.reading import read_edges as read_edges
