"""Mail to people: queued in the transaction of what it describes, written in their language when it is sent."""
