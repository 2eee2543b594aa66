"""The database: tables, statements and the shapes of rows. Nothing else knows SQL."""
