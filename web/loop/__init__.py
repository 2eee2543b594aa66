"""Pages of the learning loop: randomised rollouts, forecasts with their scores, calibrations, and estimates of the program's effect."""
