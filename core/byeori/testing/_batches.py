"""The Batch API of the test server: files, batches, and how they go wrong."""

import email.parser
import email.policy
import json
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

Ending = Literal["completed", "expired", "failed", "cancelled"]
Answered = Callable[[dict[str, Any]], tuple[int, dict[str, Any]]]


@dataclass
class Batches:
    """What was uploaded and what came of it; `OpenAIServer.batches`.

    Attributes:
        endings: how the first, second, ... batch ends; completed after that. Of one that expires or
            is cancelled the first half is answered.
        polls: how often a batch is asked for before it has ended.
        edit: changes the lines of an output file before it is given out.
        errors: of a batch that fails: OpenAI's error objects.
        stall: `upload` or `create`: that request is done, but never answered.
        stalled: set when it is.
        files: name and content by id, in the order of upload.
        batches: the batch objects by id, in the order they were made.
    """

    endings: Iterable[Ending] = ()
    polls: int = 1
    edit: Callable[[list[bytes]], list[bytes]] = lambda lines: lines
    errors: tuple[dict[str, Any], ...] = ()
    stall: Literal["", "upload", "create"] = ""
    stalled: threading.Event = field(default_factory=threading.Event)
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    batches: dict[str, dict[str, Any]] = field(default_factory=dict)
    _asked: dict[str, int] = field(default_factory=dict)
    _endings: Iterator[Ending] | None = None

    @property
    def uploads(self) -> list[list[dict[str, Any]]]:
        """The lines of every file that was uploaded, in order."""
        return [
            [json.loads(line) for line in content.splitlines()]
            for name, content in self.files.values()
            if name
        ]

    def get(self, path: str, answered: Answered) -> bytes | dict[str, Any] | None:
        """What a GET is answered with; None for what is not there."""
        *_, kind, last = ("", *path.partition("?")[0].strip("/").split("/"))
        if last == "files":
            return _listed(self._file(id_) for id_ in self.files)
        if last == "batches":
            return _listed(self.batches.values())
        if kind == "batches" and last in self.batches:
            return self._poll(last, answered)
        if last == "content" and (found := self.files.get(path.strip("/").split("/")[-2])):
            return found[1]
        return None

    def post(self, path: str, content_type: str, content: bytes) -> dict[str, Any] | None:
        """What a POST is answered with; None for what is not there."""
        if path.endswith("/files"):
            head = f"Content-Type: {content_type}\r\n\r\n".encode()
            form = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + content)
            (part,) = (p for p in form.walk() if p.get_filename())
            payload = part.get_payload(decode=True)
            return self._file(self._add(str(part.get_filename()), bytes(payload)))
        if path.endswith("/batches"):
            return self._create(json.loads(content))
        return None

    def _add(self, name: str, content: bytes) -> str:
        id_ = f"file-{len(self.files) + 1}"
        self.files[id_] = (name, content)
        return id_

    def _file(self, id_: str) -> dict[str, Any]:
        name, content = self.files[id_]
        return {
            "id": id_,
            "object": "file",
            "bytes": len(content),
            "created_at": 0,
            "filename": name,
            "purpose": "batch" if name else "batch_output",
            "status": "processed",
        }

    def _create(self, asked: dict[str, Any]) -> dict[str, Any]:
        id_ = f"batch_{len(self.batches) + 1}"
        self.batches[id_] = {
            **asked,
            "id": id_,
            "object": "batch",
            "created_at": 0,
            "status": "validating",
        }
        return self.batches[id_]

    def _poll(self, id_: str, answered: Answered) -> dict[str, Any]:
        batch = self.batches[id_]
        self._asked[id_] = self._asked.get(id_, 0) + 1
        if self._asked[id_] <= self.polls:
            batch["status"] = "in_progress"
        elif batch["status"] == "in_progress":
            self._endings = self._endings or iter(self.endings)
            batch["status"] = next(self._endings, "completed")
            self._finish(batch, answered)
        return batch

    def _finish(self, batch: dict[str, Any], answered: Answered) -> None:
        if batch["status"] == "failed":
            batch["errors"] = {"object": "list", "data": list(self.errors)}
            return
        rows = [json.loads(line) for line in self.files[batch["input_file_id"]][1].splitlines()]
        whole = batch["status"] == "completed"
        done = rows if whole else rows[: len(rows) // 2]
        good, bad = list[bytes](), list[bytes]()
        for row in done:
            status, body = answered(row["body"])
            response = {"status_code": status, "request_id": "r", "body": body}
            (good if status == 200 else bad).append(_line(row, response, None))
        error = {"code": "batch_expired", "message": "This request could not be executed in time."}
        bad += [
            _line(row, None, error) for row in rows[len(done) :] if batch["status"] == "expired"
        ]
        if good:
            batch["output_file_id"] = self._add("", b"".join(self.edit(good)))
        if bad:
            batch["error_file_id"] = self._add("", b"".join(bad))
        counts = {"total": len(rows), "completed": len(good), "failed": len(rows) - len(good)}
        batch["request_counts"] = counts


def _line(row: dict[str, Any], response: Any, error: Any) -> bytes:
    line = {"id": "x", "custom_id": row["custom_id"], "response": response, "error": error}
    return json.dumps(line, ensure_ascii=False).encode() + b"\n"


def _listed(rows: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """The newest first, as OpenAI does."""
    return {"object": "list", "data": list(rows)[::-1], "has_more": False}
