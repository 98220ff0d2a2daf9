"""Conversations of several turns, written about documents or carried on from instructions."""

from byeori_plugins.generators.conversations.generator import Conversations

__all__ = ["Conversations"]
