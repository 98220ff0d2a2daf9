"""How token ids become tensors, and what the loss of them is."""
