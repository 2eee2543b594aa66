"""The simulated world: people, network, calendar and the content on offer."""
