"""Several models made into one: adapters of one base, or full models."""
