"""The behavioural model of a company's people, on arrays, stepped by Mesa."""
