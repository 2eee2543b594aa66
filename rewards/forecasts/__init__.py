"""What the company's own forecasts go by: published forecasts with their scores, and recalibrations that somebody decides about."""
