"""Faster ways to compute what a model computes: the same numbers up to rounding, each measured."""
