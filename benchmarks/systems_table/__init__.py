"""The parts of `systems.py`: what is measured, which system is which, and the table of it."""
