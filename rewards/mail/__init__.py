"""Mail to people: queued in the transaction of its cause, rendered in the recipient's language when it is sent."""
