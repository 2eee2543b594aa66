"""The ledger: events taken in, scored under the version in force, posted as entries, and undone."""
