"""Parameters of behaviour: declarations, priors and the stored posterior."""
