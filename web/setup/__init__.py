"""The first hour: what stands behind the set-up link, and the steps after it."""
