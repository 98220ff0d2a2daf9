"""Licences as papers, OpenAlex and Korean agencies write them, as SPDX has them."""

import re

_CREATIVE_COMMONS = re.compile(
    r"creativecommons\.org/licenses/(?P<kind>by(?:-nc)?(?:-sa|-nd)?)/(?P<version>\d\.\d)"
)
_WRITTEN = re.compile(
    r"(?:cc|creative commons)[\s-]*(?P<kind>by(?:[\s-]nc)?(?:[\s-](?:sa|nd))?)"
    r"[\s-]*v?(?P<version>\d\.\d)"
    r"(?:\s*(?:international|licen[cs]e|deed))*",
    re.I,
)
_ZERO = re.compile(r"creativecommons\.org/publicdomain/zero/1\.0|\bcc[\s-]?0(?:[\s-]1\.0)?\b", re.I)
_KOGL = re.compile(r"(?:공공누리|kogl)[\s,]*(?:제\s*|type\s*)?(?P<type>[1-4])", re.I)


def spdx(licence: str) -> str:
    """The SPDX identifier of a licence, or the text as it is where it names none for certain.

    `https://creativecommons.org/licenses/by/4.0/` and `CC BY 4.0` are `CC-BY-4.0`; `공공누리
    제1유형` is `KOGL Type 1`, which SPDX does not know. A licence without a version (`cc-by`, as
    OpenAlex has it) stays: no version is made up.
    """
    text = " ".join(licence.split())
    for pattern, whole in ((_CREATIVE_COMMONS, False), (_WRITTEN, True)):
        match = pattern.fullmatch(text) if whole else pattern.search(text)
        if match:
            return f"CC-{match['kind'].upper().replace(' ', '-')}-{match['version']}"
    if _ZERO.search(text) and "by" not in text.lower().split("-"):
        return "CC0-1.0"
    match = _KOGL.search(text)
    return f"KOGL Type {match['type']}" if match else text
