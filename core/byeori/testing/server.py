"""An OpenAI-compatible server for tests: real HTTP on 127.0.0.1, and as unreliable as you like.

    from byeori.testing.server import Fault, OpenAIServer

    with OpenAIServer(faults={Fault("status", status=500): 0.2}, seed=1) as server:
        config = EndpointConfig(name="test", base_url=server.base_url, backoff_seconds=0.01)
        ...
    assert server.repeats == {}          # nothing was answered twice

It answers `POST /v1/chat/completions` (not streamed), `GET /v1/models` and the Batch API (files
and batches). Needs no pytest.
"""

import json
import random
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Literal, Self, cast

from byeori.testing._batches import Batches
from byeori.testing._completions import Body, Fault, completion
from byeori.testing._handler import Server
from byeori.testing.answers import schema_reply

__all__ = [
    "Batches",
    "Body",
    "Fault",
    "OpenAIServer",
    "Reply",
    "completion",
    "question_answer_reply",
    "schema_reply",
]

Reply = Callable[[Body], str | Body]
"""Makes an answer from a request's body: the assistant's text, or a whole response body."""


def question_answer_reply(body: Body) -> str:
    """Deterministic question-answer pairs from the prompt's own sentences, as JSON where asked.

    The answer is `{"pairs": [{"question": ..., "answer": ...}, ...]}` when the request has a
    `response_format` or mentions JSON, and plain text else.
    """
    prompt = str(body["messages"][-1]["content"]).partition("\n\nAnswer with JSON only")[0]
    lines = [line.strip() for line in prompt.splitlines() if line.strip()] or ["nothing"]
    pairs = [
        {"question": f"What is said in line {number}?", "answer": line}
        for number, line in enumerate(lines[-3:], start=1)
    ]
    if "response_format" in body or "JSON" in json.dumps(body["messages"]):
        return json.dumps({"pairs": pairs}, ensure_ascii=False)
    return "\n".join(f"Q: {pair['question']}\nA: {pair['answer']}" for pair in pairs)


class OpenAIServer:
    """A context manager that serves while it is open.

    Attributes:
        bodies: the body of every chat request, in the order of arrival.
        statuses: the HTTP status each was given, in the order of answering; 0 for none.
        most_at_once: the largest number of requests that were being answered at one time.
        errors: exceptions raised by `reply`, which the client sees as status 500.
        batches: the Batch API; its attributes say how batches go wrong.
    """

    def __init__(
        self,
        reply: Reply = question_answer_reply,
        *,
        script: Iterable[Fault | None] = (),
        faults: Mapping[Fault, float] | None = None,
        seed: int = 0,
        delay: float = 0.0,
        response_format: Literal["obey", "ignore", "refuse"] = "obey",
        api_key: str | None = None,
        models: Iterable[str] | None = None,
    ) -> None:
        """Describe the server; it starts with `with`.

        Args:
            reply: makes the answers.
            script: what happens to the first, second, ... chat request; None is a good answer.
            faults: probability of each fault after the script. Drawn from `seed`, the body and how
                often that body came before, so the same whatever the order of arrival.
            seed: for `faults`.
            delay: seconds every answer takes.
            response_format: `ignore` hides it from `reply`; `refuse` answers 400.
            api_key: the only key let in; None lets in any.
            models: names that are known, others answer 404; None knows all.
        """
        self.reply = reply
        self.faults = dict(faults or {})
        self.seed = seed
        self.delay = delay
        self.response_format = response_format
        self.api_key = api_key
        self.models = None if models is None else tuple(models)
        self.bodies: list[Body] = []
        self.statuses: list[int] = []
        self.errors: list[Exception] = []
        self.most_at_once = 0
        self.batches = Batches()
        self._script = iter(script)
        self._arrived: Counter[str] = Counter()
        self._answered: Counter[str] = Counter()
        self._at_once = 0
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._http: Server | None = None

    @property
    def base_url(self) -> str:
        """What a client is given: `http://127.0.0.1:PORT/v1`."""
        if self._http is None:
            raise RuntimeError("the server is not open: use it in a `with` statement")
        return f"http://127.0.0.1:{self._http.server_address[1]}/v1"

    @property
    def requests(self) -> Counter[str]:
        """How often each body came, by its JSON with sorted keys."""
        with self._lock:
            return Counter(self._arrived)

    @property
    def repeats(self) -> dict[str, int]:
        """The bodies that were sent an answer more than once, and how often: work done twice."""
        with self._lock:
            return {body: count for body, count in self._answered.items() if count > 1}

    def __enter__(self) -> Self:
        self._closing.clear()
        self._http = Server(self)
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self._closing.set()
        if self._http is not None:
            self._http.shutdown()
            self._http.server_close()

    def wait(self, seconds: float) -> None:
        """Sleep, but not longer than the server is open."""
        self._closing.wait(seconds)

    def arrive(self, body: Body) -> Fault | None:
        """Count a request and say what happens to it."""
        text = json.dumps(body, sort_keys=True)
        with self._lock:
            self.bodies.append(body)
            self._arrived[text] += 1
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
            nothing = object()
            scripted = next(self._script, nothing)
            if scripted is not nothing:
                return cast("Fault | None", scripted)
            draw = random.Random(f"{self.seed}/{self._arrived[text]}/{text}").random()
        for fault, probability in self.faults.items():
            draw -= probability
            if draw < 0:
                return fault
        return None

    def leave(self, body: Body, status: int, *, whole: bool) -> None:
        """Count what a request was given; `whole` if it is an answer a client can keep."""
        with self._lock:
            self._at_once -= 1
            self.statuses.append(status)
            self._answered[json.dumps(body, sort_keys=True)] += whole
