"""Forecasts of the live programme, their scores, and its estimated effect against counterfactuals."""
