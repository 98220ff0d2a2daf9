"""What `benchmarks/multiple_choice.py` is made of."""
