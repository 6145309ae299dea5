"""What firmware, loaders and systems show on a console, worked by keys as an operator does."""
