"""Mail as other parts ask for it: `queue` writes it down in the caller's transaction, the worker sends it."""

from rewards.mail.queue import queue

__all__ = ["queue"]
