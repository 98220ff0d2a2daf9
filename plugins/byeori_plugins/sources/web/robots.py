"""What a site's robots.txt allows (RFC 9309), read by protego."""

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from byeori_plugins.sources.web.fetching import Fetcher, RefusedError

if TYPE_CHECKING:
    from protego import Protego

AGENT = "byeori"


class Robots:
    """Asks each site once.

    A site without robots.txt (4xx) allows everything; one that fails (5xx) stops the run, because
    it must be taken to allow nothing (RFC 9309, 2.3.1).
    """

    def __init__(self, fetcher: Fetcher) -> None:
        self._fetcher = fetcher
        self._rules: dict[str, Protego | None] = {}

    def allow(self, url: str) -> bool:
        """Whether a page may be fetched; the delay the site asks for is kept from now on.

        Raises:
            StoppedError: the site's robots.txt cannot be read now.
        """
        parts = urlsplit(url)
        site = f"{parts.scheme}://{parts.netloc}"
        if site not in self._rules:
            self._rules[site] = self._read(f"{site}/robots.txt")
        rules = self._rules[site]
        if rules is None:
            return True
        self._fetcher.at_least(url, float(rules.crawl_delay(AGENT) or 0))
        return bool(rules.can_fetch(url, AGENT))

    def _read(self, url: str) -> "Protego | None":
        from protego import Protego

        try:
            text = self._fetcher.get(url, lambda body: body.decode("utf-8", "replace"))
        except RefusedError:
            return None
        return Protego.parse(text)
