"""The examples have suites of their own; `tests/test_third_party.py` runs them where installed."""

collect_ignore_glob = ["*/tests/*"]
