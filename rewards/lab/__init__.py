"""The scenario lab: experiments that are kept as they were written."""
