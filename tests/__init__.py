"""The tests. A package by name, because a distribution that they use installs a package `tests` of its own."""
