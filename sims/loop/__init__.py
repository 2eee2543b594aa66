"""The live programme forecast, scored, and held beside worlds without it."""
