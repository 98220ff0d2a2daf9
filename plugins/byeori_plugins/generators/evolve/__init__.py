"""Evol-Instruct: instructions become harder and broader, round by round."""

from byeori_plugins.generators.evolve.generator import Evolve

__all__ = ["Evolve"]
