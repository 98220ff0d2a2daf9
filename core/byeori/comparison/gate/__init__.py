"""The gate `compare.fail_if`: did a tuned model get worse by more than is allowed?"""

from byeori.comparison.gate.model import GateDecision

__all__ = ["GateDecision"]
