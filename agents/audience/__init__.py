"""The audience of shares and of the company's own accounts."""
