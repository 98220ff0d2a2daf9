"""Models behind an OpenAI-compatible endpoint: asked in parallel, retried, every answer kept.

`ask_json` is what a generator needs; `byeori.endpoint.client.EndpointClient` is what is below it.
Nothing here imports `openai` or starts an event loop before the first request.
"""

from byeori.endpoint.ask import Reply, ask, ask_json
from byeori.endpoint.config import EndpointConfig
from byeori.endpoint.requests import Counts, Failure, Outcome, Request

__all__ = ["Counts", "EndpointConfig", "Failure", "Outcome", "Reply", "Request", "ask", "ask_json"]
