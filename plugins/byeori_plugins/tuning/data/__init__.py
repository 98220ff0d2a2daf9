"""What is learnt: examples chosen, ordered and turned into token ids on disk."""
