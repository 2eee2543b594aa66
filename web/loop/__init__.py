"""Pages of the loop: randomised rollouts, forecasts and their scores, and what the programme brought."""
