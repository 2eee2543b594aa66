"""Where a difference comes from: its parts by mechanism and by group of people."""
