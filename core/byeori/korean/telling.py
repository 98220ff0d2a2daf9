"""Whether a text is Korean."""

import re

_HANGUL = re.compile("[가-힣]")


def is_korean(tag: str, text: str) -> bool:
    """Whether a text is Korean: by its tag, or where it has none, by a Hangul syllable in it.

    Args:
        tag: BCP-47 tag, or empty.
        text: looked at where the tag is empty.
    """
    return tag.lower().partition("-")[0] == "ko" if tag else bool(_HANGUL.search(text))
