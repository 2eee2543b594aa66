"""The first hour: what is behind the set-up link, and the steps after it."""
