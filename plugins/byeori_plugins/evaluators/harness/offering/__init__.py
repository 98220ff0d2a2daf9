"""A run's items as tasks for lm-eval, so that any model can be asked them."""

from byeori_plugins.evaluators.harness.offering.write import OFFERED, Offer, write_tasks

__all__ = ["OFFERED", "Offer", "write_tasks"]
