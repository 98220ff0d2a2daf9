"""Self-Instruct: seed tasks grow into many new ones, round by round."""

from byeori_plugins.generators.self_instruct.generator import SelfInstructGenerator

__all__ = ["SelfInstructGenerator"]
