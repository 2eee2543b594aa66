"""Networks that a company brings along, read from files."""

from sims.edge_lists.reading import read_edges as read_edges
