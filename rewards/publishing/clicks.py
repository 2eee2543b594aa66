"""The usual number of clicks per share with a typical network, for hints and warnings, without any import of scoring or store."""

CLICKS_PER_SHARE = 0.3
"""Human clicks that a share brings to a typical network, by a cautious assumption: by it points of 2 a share and 10 a click pay a tenfold
network 6.4 times. More clicks only widen the gap."""
MODEL_CLICKS_PER_SHARE = 1.0
"""The same by the model's closed form for an employee with the median number of contacts (a test holds it); surveys say 0.8 to 3."""
