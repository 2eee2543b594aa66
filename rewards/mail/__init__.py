"""Mail to people: queued in the transaction of what it tells of, written in their language when it is sent."""
