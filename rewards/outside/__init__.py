"""Outgoing requests and mail: webhooks, their delivery, guarded addresses, and single sign-on."""
