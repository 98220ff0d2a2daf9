"""Documents from the web: pages, and the programming interfaces of collections."""

from byeori_plugins.sources.web.api import (
    ApiConfig,
    ApiSource,
    Page,
    json_object,
    one_line,
    unrepeated,
)
from byeori_plugins.sources.web.arxiv import Arxiv
from byeori_plugins.sources.web.fetching import FetchConfig, Fetcher, RefusedError
from byeori_plugins.sources.web.html import Html
from byeori_plugins.sources.web.openalex import OpenAlex

__all__ = [
    "ApiConfig",
    "ApiSource",
    "Arxiv",
    "FetchConfig",
    "Fetcher",
    "Html",
    "OpenAlex",
    "Page",
    "RefusedError",
    "json_object",
    "one_line",
    "unrepeated",
]
