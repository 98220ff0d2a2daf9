"""The settings of `mode: batch`."""

from pydantic import Field

from byeori.components import Config

MOST_REQUESTS, MOST_MEGABYTES = 50_000, 200
"""Of one batch. Source: OpenAI, "Batch API", rate limits."""


class BatchConfig(Config):
    """How requests are put together into batches."""

    requests: int = Field(
        default=10_000, ge=1, le=MOST_REQUESTS, description="Requests in one batch, at most."
    )
    megabytes: float = Field(
        default=MOST_MEGABYTES,
        gt=0,
        le=MOST_MEGABYTES,
        description="Size of one batch's file, at most, in millions of bytes.",
    )
    gather_seconds: float = Field(
        default=2.0,
        gt=0,
        description="A batch that is not full is sent when no request came for so many seconds.",
    )
    poll_seconds: float = Field(
        default=30.0, gt=0, description="How often the endpoint is asked whether a batch is done."
    )
    retries: int = Field(
        default=2,
        ge=0,
        description="How often a request that its batch did not answer goes into another one.",
    )
