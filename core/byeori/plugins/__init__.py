"""Plugins: found, kept apart, and asked what they offer."""

from byeori.plugins.calling import call, call_all
from byeori.plugins.discovery import ALLOW_LIST, GROUP, discover, new_manager, register
from byeori.plugins.registry import UNPREFIXED, ComponentEntry, Plugin, Registry, qualified

__all__ = [
    "ALLOW_LIST",
    "GROUP",
    "UNPREFIXED",
    "ComponentEntry",
    "Plugin",
    "Registry",
    "call",
    "call_all",
    "discover",
    "new_manager",
    "qualified",
    "register",
]
