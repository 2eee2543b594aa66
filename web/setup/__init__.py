"""Pages of the set-up: the first administrator behind the set-up link, and the steps after it."""
