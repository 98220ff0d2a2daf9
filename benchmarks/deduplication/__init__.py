"""Parts of `deduplicate.py`."""
