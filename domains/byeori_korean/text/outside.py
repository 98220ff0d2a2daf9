"""Rewrites a text outside what is no prose: code and addresses."""

import re
from collections.abc import Callable

from byeori_plugins.text import protected

_REST_OF_ADDRESS = re.compile(r"\S*")


def outside(text: str, change: Callable[[str], str]) -> str:
    """The text with each stretch between code and addresses changed.

    An address goes on to the next space here: what is not ASCII in it belongs to it, too, and a
    particle that is written onto it is left as it is.
    """
    pieces, place = [], 0
    for span in protected(text, ("code", "urls")):
        if span.start < place:
            continue
        end = span.end
        if span.kind == "urls" and (rest := _REST_OF_ADDRESS.match(text, end)):
            end = rest.end()
        pieces += [change(text[place : span.start]), text[span.start : end]]
        place = end
    return "".join([*pieces, change(text[place:])])
