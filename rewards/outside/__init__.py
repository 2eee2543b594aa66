"""What leaves the house: webhooks, their delivery, and guarded addresses."""
