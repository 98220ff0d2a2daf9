"""A conversation with a tuned model and its base, side by side in a terminal."""
