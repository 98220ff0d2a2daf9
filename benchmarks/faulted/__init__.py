"""The parts of `generation_faults.py`."""
