"""The parts of `train_throughput.py`: what is measured, how, on which sides, and the table."""
