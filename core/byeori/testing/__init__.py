"""For the tests of plugins: conformance checks, a registry of given plugins, a model server.

Nothing here imports pytest or torch when it is imported.
"""

from byeori.testing.registry import registry_of

__all__ = ["registry_of"]
