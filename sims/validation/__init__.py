"""Published experiments repeated on the model."""
