"""What a training will take in tokens, time and memory, and afterwards what it took."""
