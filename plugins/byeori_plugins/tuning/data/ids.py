"""Token ids of a split's examples, made on all cores and once for all stages that need the same."""

import hashlib
import itertools
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from byeori import Context, Example, PromptTemplate
from byeori.bulk import Rows, content_id
from byeori.prompts import (
    PromptError,
    SpecialTokenError,
    many_answer_token_ids,
    many_prompt_token_ids,
)
from byeori.store.cache import CacheFolder
from byeori.store.files import content_hash, fingerprint

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

BATCH = 1024
_FORMAT = 1
_SCHEMA = pa.schema(
    [
        ("prompt", pa.list_(pa.int32())),
        ("answer", pa.list_(pa.int32())),
        ("problem", pa.string()),  # null where there is none
        ("special", pa.bool_()),  # whether the problem is a special token
    ]
)


@dataclass(frozen=True)
class Ids:
    """Token ids of one example, int32; or what is wrong with its prompt.

    Attributes:
        prompt, answer: without the end token; `prompt` is empty where there is a problem.
        problem: why the prompt cannot be written, or None.
    """

    prompt: NDArray[np.int32]
    answer: NDArray[np.int32]
    problem: PromptError | None = None


def token_ids(
    examples: Sequence[Example],
    template: PromptTemplate,
    tokenizer: "PreTrainedTokenizerBase",
    context: Context,
    label: str,
) -> Iterator[Ids]:
    """The ids of every example in order, from the cache where they are there already.

    Args:
        examples: of one split, all of them: what a stage leaves out, another one may learn from.
        template: the model's prompt template.
        tokenizer: the model's own.
        context: its `cache` keeps the ids (its `scratch` where there is none).
        label: what the progress display says.
    """
    cache = CacheFolder(context.cache or context.scratch / "cache")
    key = _key(examples, template, tokenizer)
    path = cache.get(key)
    if path is None:
        rows = context.progress(examples, total=len(examples), unit="examples", label=label)
        path = cache.put(key, _writer(rows, template, tokenizer))
    return _read(path)


def _key(
    examples: Sequence[Example], template: PromptTemplate, tokenizer: "PreTrainedTokenizerBase"
) -> str:
    """Hash of all that the ids depend on."""
    return fingerprint(
        {
            "format": _FORMAT,
            "examples": _digest(examples),
            "template": [template.name, template.template],
            "tokenizer": _tokenizer_digest(tokenizer),
            "packages": [version("transformers"), version("tokenizers"), version("jinja2")],
        }
    )


def _digest(examples: Sequence[Example]) -> str:
    if isinstance(examples, Rows):
        return content_hash(examples.path)
    digest = hashlib.sha256()
    for example in examples:
        digest.update(content_id(example).encode())
    return digest.hexdigest()


def _tokenizer_digest(tokenizer: "PreTrainedTokenizerBase") -> str:
    with tempfile.TemporaryDirectory() as folder:
        tokenizer.save_pretrained(folder)
        return content_hash(Path(folder))


def _writer(
    examples: Iterator[Example], template: PromptTemplate, tokenizer: "PreTrainedTokenizerBase"
) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        with path.open("wb") as file, pa.ipc.new_stream(file, _SCHEMA) as stream:
            while batch := list(itertools.islice(examples, BATCH)):
                stream.write_batch(_batch(batch, template, tokenizer))

    return write


def _batch(
    examples: Sequence[Example], template: PromptTemplate, tokenizer: "PreTrainedTokenizerBase"
) -> pa.RecordBatch:
    prompts = many_prompt_token_ids(template, examples, tokenizer)
    answers = many_answer_token_ids([example.output for example in examples], tokenizer)
    columns: list[Any] = [
        [[] if isinstance(prompt, PromptError) else prompt for prompt in prompts],
        answers,
        [str(prompt) if isinstance(prompt, PromptError) else None for prompt in prompts],
        [isinstance(prompt, SpecialTokenError) for prompt in prompts],
    ]
    arrays = [pa.array(c, field.type) for c, field in zip(columns, _SCHEMA, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=_SCHEMA)


def _read(path: Path) -> Iterator[Ids]:
    """The rows of a file, memory-mapped: one batch at a time is looked at."""
    with pa.memory_map(str(path)) as source, pa.ipc.open_stream(source) as stream:
        for batch in stream:
            columns = zip(_lists(batch["prompt"]), _lists(batch["answer"]), strict=True)
            problems, special = batch["problem"].to_pylist(), batch["special"].to_pylist()
            for (prompt, answer), text, is_special in zip(columns, problems, special, strict=True):
                kind = SpecialTokenError if is_special else PromptError
                yield Ids(prompt, answer, None if text is None else kind(text))


def _lists(column: Any) -> Iterator[NDArray[np.int32]]:
    values, offsets = column.values.to_numpy(), column.offsets.to_numpy()
    return (values[a:b] for a, b in itertools.pairwise(offsets))
