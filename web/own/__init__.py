"""One's own sign-in."""
