"""What the test server answers with: chat completions, errors, and how they go wrong."""

import time
from dataclasses import dataclass
from typing import Any, Literal

Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Fault:
    """One way a request can go wrong.

    Attributes:
        kind: `status`: an HTTP error; `rate_limit`: 429 with `Retry-After`; `slow`: answered late;
            `drop`: the connection ends without an answer; `truncate`: it ends in the middle of one;
            `garbage`: 200 with a body that is not JSON; `refusal`: the model will not answer;
            `cut`: the answer stops in the middle with `finish_reason: length`.
        status: for `status`.
        seconds: for `rate_limit` (sent as `Retry-After`) and `slow`.
        message: the error's text, for `status`.
    """

    kind: Literal["status", "rate_limit", "slow", "drop", "truncate", "garbage", "refusal", "cut"]
    status: int = 500
    seconds: float = 0.0
    message: str = "injected by the test"


def error_body(message: str) -> Body:
    """An error as OpenAI words it."""
    return {"error": {"message": message, "type": "test", "code": None}}


def completion(body: Body, text: str | None, **message: Any) -> Body:
    """A chat completion with one choice; tokens are counted as words."""
    prompt = sum(len(str(turn["content"]).split()) for turn in body["messages"])
    words = len((text or "").split())
    return {
        "id": "chatcmpl-test",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": body.get("model", "test"),
        "choices": [
            {
                "index": 0,
                "finish_reason": "stop",
                "message": {"role": "assistant", "content": text, **message},
            }
        ],
        "usage": {
            "prompt_tokens": prompt,
            "completion_tokens": words,
            "total_tokens": prompt + words,
        },
    }


def spoil(answer: Body, fault: Fault) -> None:
    """Refuse, or stop in the middle."""
    choice = answer["choices"][0]
    text = choice["message"]["content"] or ""
    if fault.kind == "refusal":
        choice["message"].update(content=None, refusal="I cannot help with that.")
    elif fault.kind == "cut":
        choice["message"]["content"] = text[: len(text) // 2]
        choice["finish_reason"] = "length"
