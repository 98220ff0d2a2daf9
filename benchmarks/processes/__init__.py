"""The parts of `distributed.py`: what is trained, how it is compared, what is held, the table."""
