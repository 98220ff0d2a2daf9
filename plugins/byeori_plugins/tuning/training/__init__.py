"""The run itself: steps, checkpoints, what is written at the end."""
