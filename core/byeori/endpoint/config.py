"""Which model answers, where, and how hard it may be asked."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    field_validator,
    model_validator,
)

from byeori.components import Config
from byeori.endpoint.batch.config import BatchConfig
from byeori.endpoint.dialects import CHAT, Dialect
from byeori.endpoint.prices import Budget, Prices

_NOT_IDENTITY: dict[str, Any] = {"identity": False}
"""How an answer is fetched does not change it: such a field is no part of a fingerprint."""

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_OURS = {"model", "messages", "response_format", "stream", "stream_options", "n"}


def _plain_url(value: str) -> str:
    """The URL is shown in errors and kept in the journal, so it must not carry a secret."""
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("must be a URL such as http://127.0.0.1:8000/v1")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError(
            "must not hold a user name, a password or a query: the URL is shown and stored; "
            "put the key in an environment variable and name it in `api_key_env`"
        )
    return value.rstrip("/")


def _names_a_variable(value: object) -> object:
    """The value may be the key itself, so nothing of it is shown, kept or passed on."""
    if value is None or (isinstance(value, str) and _VARIABLE.fullmatch(value)):
        return value
    raise ValueError(
        "must be the name of an environment variable (letters, digits and `_`), such as "
        "BYEORI_API_KEY; the key itself goes into that variable, never into a recipe"
    )


BaseUrl = Annotated[str, AfterValidator(_plain_url)]
KeyVariable = Annotated[str | None, BeforeValidator(_names_a_variable)]


class ServerConfig(Config):
    """One more server of the same model."""

    model_config = ConfigDict(hide_input_in_errors=True)

    base_url: BaseUrl = Field(description="Where its API is, up to and with its version.")
    name: str | None = Field(
        default=None, min_length=1, description="The model's name there; null where it is the same."
    )
    api_key_env: KeyVariable = Field(
        default=None,
        description="Name of the environment variable that holds its key; null for no key.",
    )
    weight: float = Field(default=1.0, gt=0, description="Share of the requests it gets.")
    concurrency: int | None = Field(
        default=None,
        ge=1,
        le=1024,
        description="Requests on the way to it at the same time; null for as many as to the first.",
    )


@dataclass(frozen=True, slots=True)
class ServerPlan:
    """One server, with what it takes over from the first filled in."""

    base_url: str
    name: str
    api_key_env: str | None
    concurrency: int
    weight: float


class RetryConfig(Config):
    """How stubbornly a request is sent."""

    max_retries: int = Field(
        default=8,
        ge=0,
        description="How often one request is sent again after a passing failure.",
        json_schema_extra=_NOT_IDENTITY,
    )
    backoff_seconds: float = Field(
        default=0.5,
        gt=0,
        description="First wait before sending again, in seconds; it doubles up to 60 s.",
        json_schema_extra=_NOT_IDENTITY,
    )


class EndpointConfig(RetryConfig):
    """An OpenAI-compatible chat endpoint."""

    # A key that was pasted into a wrong place is not repeated by the error about it.
    model_config = ConfigDict(hide_input_in_errors=True)

    name: str = Field(min_length=1, description="The model's name, as the endpoint calls it.")
    base_url: BaseUrl = Field(
        description="Where the API is, up to and with its version: `http://127.0.0.1:8000/v1`."
    )
    api_key_env: KeyVariable = Field(
        default=None,
        description="Name of the environment variable that holds the key; null for no key.",
        json_schema_extra=_NOT_IDENTITY,
    )
    temperature: float | None = Field(
        default=0.0, ge=0, description="Sampling temperature; null for the endpoint's own."
    )
    top_p: float | None = Field(
        default=None, gt=0, le=1, description="Nucleus sampling; null for the endpoint's own."
    )
    max_tokens: int | None = Field(
        default=1024, ge=1, description="Longest answer, in tokens; null for the endpoint's own."
    )
    timeout_seconds: float = Field(
        default=120.0,
        gt=0,
        description="Longest wait for one answer, in seconds.",
        json_schema_extra=_NOT_IDENTITY,
    )
    concurrency: int = Field(
        default=16,
        ge=1,
        le=1024,
        description="Requests on the way at the same time, at most; fewer while the endpoint is "
        "overloaded.",
        json_schema_extra=_NOT_IDENTITY,
    )
    max_failures: float = Field(
        default=0.2,
        ge=0,
        le=1,
        description="Stop when more than this share of at least 20 requests failed for good.",
        json_schema_extra=_NOT_IDENTITY,
    )
    weight: float = Field(
        default=1.0,
        gt=0,
        description="Share of the requests this server gets, where `endpoints` names others.",
        json_schema_extra=_NOT_IDENTITY,
    )
    endpoints: tuple[ServerConfig, ...] = Field(
        default=(),
        description="Further servers of the same model, asked at the same time.",
        json_schema_extra=_NOT_IDENTITY,
    )
    prices: Prices | None = Field(
        default=None,
        description="What the model costs, for the account and for `budget.money`; null: unknown.",
        json_schema_extra=_NOT_IDENTITY,
    )
    budget: Budget | None = Field(
        default=None,
        description="What a stage may spend on this model before it stops; null for no limit.",
        json_schema_extra=_NOT_IDENTITY,
    )
    mode: Literal["direct", "batch"] = Field(
        default="direct",
        description="`batch`: by the OpenAI Batch API, answered within a day, often cheaper.",
        json_schema_extra=_NOT_IDENTITY,
    )
    batch: BatchConfig = Field(
        default=BatchConfig(),
        description="Settings of `mode: batch`.",
        json_schema_extra=_NOT_IDENTITY,
    )
    extra: dict[str, Any] = Field(
        default_factory=dict,
        description="Further members of the request body, such as `{seed: 1}`.",
    )

    @model_validator(mode="after")
    def _money_has_prices(self) -> Self:
        if self.budget is not None and self.budget.money is not None and self.prices is None:
            raise ValueError("`budget.money` needs `prices`, of a million tokens each")
        return self

    @model_validator(mode="after")
    def _one_takes_batches(self) -> Self:
        if self.mode == "batch" and self.endpoints:
            raise ValueError("`mode: batch` asks one server; leave `endpoints` out")
        if self.mode == "batch" and self.dialect is not CHAT:
            raise ValueError("`mode: batch` is for OpenAI-compatible endpoints")
        return self

    @field_validator("extra")
    @classmethod
    def _not_ours(cls, value: dict[str, Any]) -> dict[str, Any]:
        if taken := sorted(_OURS & set(value)):
            raise ValueError(f"{', '.join(taken)}: set by byeori itself")
        return value

    @property
    def dialect(self) -> Dialect:
        """How it is spoken to; a subclass may speak otherwise."""
        return CHAT

    def servers(self) -> list[ServerPlan]:
        """All of them, the one at `base_url` first."""
        first = ServerPlan(
            self.base_url, self.name, self.api_key_env, self.concurrency, self.weight
        )
        others = (
            ServerPlan(
                one.base_url,
                one.name or self.name,
                one.api_key_env,
                one.concurrency or self.concurrency,
                one.weight,
            )
            for one in self.endpoints
        )
        return [first, *others]

    def in_flight(self) -> int:
        """Requests on the way to all servers at the same time, or in one batch, at most."""
        if self.mode == "batch":
            return self.batch.requests
        return sum(one.concurrency for one in self.servers())

    def body(self, messages: list[dict[str, str]]) -> dict[str, Any]:
        """The JSON body of a request, the settings that are null left out."""
        settings: Mapping[str, Any] = {
            "temperature": self.temperature,
            "top_p": self.top_p,
            "max_tokens": self.max_tokens,
        }
        chosen = {name: value for name, value in settings.items() if value is not None}
        return {"model": self.name, "messages": messages, **chosen, **self.extra}
