"""The scenario lab: a scenario with variants, or a sweep of one lever, compared with the control."""
