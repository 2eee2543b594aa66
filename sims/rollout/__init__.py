"""Randomised rollouts: designed with their power, registered before they start, and analysed without claiming more than they can."""
