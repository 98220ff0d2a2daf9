"""The parts of `generation.py`."""
