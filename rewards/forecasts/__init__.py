"""Published forecasts with their scores, and recalibrations to decide about."""
