"""Writes new domain packages, complete enough to run at once (`byeori new`)."""
