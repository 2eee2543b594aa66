"""Program health: aggregates that identify nobody, stored so that a page shows them at once."""
