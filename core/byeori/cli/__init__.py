"""The command line. Importing it imports no torch, so that `byeori --help` answers at once."""

from byeori.cli.main import main

__all__ = ["main"]
