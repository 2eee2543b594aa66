"""The scenario lab: experiments, stored as typed."""
