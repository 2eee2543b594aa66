"""How the program is doing: sums that tell nobody apart, kept so that a page shows them at once."""
