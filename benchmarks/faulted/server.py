"""A loopback model that fails as told and sees whether it is asked for what is kept already."""

import json
import re
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

from byeori.store.answers import answer_key
from byeori.testing.server import Body, Fault, OpenAIServer

TIMEOUT = 2.0
"""Seconds an answer may take in the run."""
FAULTS = {
    Fault("status", status=500): 0.04,
    Fault("rate_limit", seconds=0.05): 0.04,
    Fault("drop"): 0.03,
    Fault("truncate"): 0.03,
    Fault("garbage"): 0.03,
    Fault("slow", seconds=0.2): 0.02,
    Fault("slow", seconds=TIMEOUT + 1): 0.01,
}
"""What happens to a fifth of the requests."""


def reply(body: Body) -> str:
    """Up to three question-answer pairs with quotations, from the first sentences of the text."""
    prompt = str(body["messages"][-1]["content"]).partition("\n\nAnswer with JSON only")[0]
    text = prompt.rpartition("\n\n")[2]
    pairs = [
        {
            "question": f"How does it go on after “{' '.join(sentence.split()[:6])}”?",
            "answer": sentence,
            "quote": sentence,
        }
        for sentence in re.split(r"(?<=[.!?])\s+", text)[:3]
        if sentence
    ]
    return json.dumps({"pairs": pairs}, ensure_ascii=False)


def named(fault: Fault) -> str:
    """What a table calls a fault."""
    if fault.kind == "status":
        return f"HTTP {fault.status}"
    if fault.kind == "slow":
        return "too late" if fault.seconds > TIMEOUT else "slow"
    return {
        "rate_limit": "HTTP 429",
        "drop": "no answer",
        "truncate": "cut in the middle",
        "garbage": "garbage",
    }[fault.kind]


class WatchedServer(OpenAIServer):
    """Looks into the run's journal whenever a request arrives.

    Attributes:
        journal: the journal of the run that asks.
        asked: keys of the requests that came, in order.
        faulted: how often each fault was injected.
        again: keys whose answer was committed when they were asked for; there should be none.
    """

    def __init__(self) -> None:
        super().__init__(reply)
        self.watch(Path())

    def watch(self, journal: Path) -> None:
        """Begin to count anew, for another journal."""
        self.journal = journal
        self.asked: list[str] = []
        self.again: list[str] = []
        self.faulted: Counter[str] = Counter()

    def arrive(self, body: Body) -> Fault | None:
        """See whether it is asked for again, and say what happens to it."""
        key = answer_key(self.base_url, body)
        if key in committed(self.journal, key):
            self.again.append(key)
        fault = super().arrive(body)
        self.asked.append(key)
        if fault is not None:
            self.faulted[named(fault)] += 1
        return fault


def committed(journal: Path, key: str | None = None) -> dict[str, str]:
    """The answers that are on the disk now, by key; all of them, or that with one key."""
    where, values = ("", ()) if key is None else (" WHERE key = ?", (key,))
    with closing(sqlite3.connect(f"{journal.as_uri()}?mode=ro", uri=True, timeout=60)) as reading:
        return dict(reading.execute(f"SELECT key, response FROM answers{where}", values))
