"""The rewards shop: offers, claims and refunds."""
