"""One batch, from its file to its answers in the journal; it goes on where an earlier run was."""

import asyncio
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from byeori.endpoint.batch.api import BatchApi
from byeori.endpoint.batch.lines import Harvest, harvest, line_of
from byeori.endpoint.errors import RefusedError, TryAgainError
from byeori.errors import StoppedError
from byeori.store.answers import Question
from byeori.store.batches import Batch, BatchBook

if TYPE_CHECKING:
    from openai.types import Batch as Remote

ENDED = {"completed", "failed", "expired", "cancelled"}
_MISSING = {
    "expired": "the batch expired",
    "cancelled": "the batch was cancelled",
    "": "the endpoint does not know the batch any more",
}


class Follower:
    """Brings batches home."""

    def __init__(self, api: BatchApi, book: BatchBook, say: Callable[[str], None]) -> None:
        self._api = api
        self._book = book
        self._say = say
        self._poll_seconds = api.config.batch.poll_seconds

    async def bring(self, batch: Batch, *, fresh: bool) -> Harvest:
        """What comes of a batch that is written down; its answers are committed then.

        Args:
            batch: as far as it got.
            fresh: it was written down just now, so that nothing of it can have been sent.

        Raises:
            StoppedError: it cannot be sent, the endpoint refused it, or the journal cannot be
                written.
        """
        questions = await asyncio.to_thread(self._book.questions, batch)
        batch = await self._sent(batch, questions, fresh=fresh)
        ended = await self._ended(batch)
        if ended is not None and ended.status == "failed":
            found = _refused(ended, questions)
        else:
            found = await self._fetched(ended, questions)
        received = list(found.received.values())
        await asyncio.to_thread(self._book.end, batch, received)
        for what, count in sorted(found.odd.items()):
            self._say(f"batch {batch.id}: {count} lines {what}; they are not used")
        if found.stopped is None and ended is not None and ended.status == "cancelled":
            found.stopped = StoppedError(
                f"{batch.endpoint}: batch {batch.id} was cancelled; its {len(received)} answers "
                "are kept. Run again to ask the rest"
            )
        if found.stopped is not None:
            raise found.stopped
        return found

    async def _sent(self, batch: Batch, questions: dict[str, Question], *, fresh: bool) -> Batch:
        """See that the endpoint has it: each id is committed before the next step."""
        if not batch.id and not fresh and (id_ := await self._api.lookup(batch.name)):
            batch = await self._known(replace(batch, id=id_))
        if not batch.id and not batch.file:
            content = await asyncio.to_thread(lambda: b"".join(map(line_of, questions.values())))
            file = await self._api.upload(batch.name, content, known=not fresh)
            batch = await self._known(replace(batch, file=file))
        if not batch.id:
            id_ = await self._api.create(batch.name, batch.file, known=not fresh)
            batch = await self._known(replace(batch, id=id_))
            self._say(f"batch {batch.id}: {len(questions)} requests sent to {batch.endpoint}")
        elif not fresh:
            self._say(f"batch {batch.id}: {len(questions)} requests, sent by an earlier run")
        return batch

    async def _known(self, batch: Batch) -> Batch:
        await asyncio.to_thread(self._book.know, batch)
        return batch

    async def _ended(self, batch: Batch) -> "Remote | None":
        """How it ended; None where the endpoint does not know it any more."""
        before = ""
        while (found := await self._api.get(batch.id)) is not None:
            if found.status != before:
                before = found.status
                counts = found.request_counts
                done = f", {counts.completed} of {counts.total} answered" if counts else ""
                self._say(f"batch {batch.id}: {before}{done}")
            if before in ENDED:
                return found
            await asyncio.sleep(self._poll_seconds)
        return None

    async def _fetched(self, ended: "Remote | None", questions: dict[str, Question]) -> Harvest:
        ids = () if ended is None else (ended.output_file_id, ended.error_file_id)
        status = "" if ended is None else ended.status
        missing = _MISSING.get(status, "the batch has no line for it")
        with tempfile.TemporaryDirectory() as folder:
            files: list[Path] = []
            for id_ in filter(None, ids):
                files.append(Path(folder) / str(len(files)))
                await self._api.download(id_, files[-1])
            return await asyncio.to_thread(harvest, files, questions, self._api.asked, missing)


def _refused(ended: "Remote", questions: dict[str, Question]) -> Harvest:
    """What a batch brings that was not worked on: the lines that were refused, if it says which."""
    errors = (ended.errors.data if ended.errors else None) or []
    keys, found = list(questions), Harvest()
    for error in errors:
        said = f"{error.code or 'failed'}: {error.message or ''}"[:300]
        if error.line is None or not 1 <= error.line <= len(keys):
            found.stopped = StoppedError(
                f"the batch {ended.id} was refused ({said}); nothing of it was answered. Put that "
                "right and run again"
            )
            return found
        found.failed[keys[error.line - 1]] = RefusedError("refused by the Batch API", detail=said)
    if not errors:
        found.stopped = StoppedError(
            f"the batch {ended.id} failed, and the endpoint does not say why; run again to try anew"
        )
    for key in keys:
        found.failed.setdefault(key, TryAgainError("the batch was refused for other requests"))
    return found
