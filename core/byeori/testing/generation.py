"""Conformance of generators that ask a model."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from pydantic import BaseModel

from byeori.components import Config, InstructionGenerator
from byeori.errors import StoppedError
from byeori.generation import GenerationConfig, ModelGenerator
from byeori.records import Document, Example
from byeori.testing.answers import empty_reply, odd_reply, schema_reply
from byeori.testing.rules import Settings, Subject, broken

_HOSTILE = {"says nothing": empty_reply, "makes no sense": odd_reply}


@contextmanager
def served(cls: type[InstructionGenerator[Any]], config: Settings) -> Iterator[Settings]:
    """The settings, with a model to ask where a `ModelGenerator` is given none.

    Raises:
        AssertionError: its `answer` is neither a pydantic model nor None.
    """
    if _asks(cls):
        _check_schema(cls)
    if not _asks(cls) or isinstance(config, Config) or "model" in (config or {}):
        yield config
        return
    from byeori.testing.server import OpenAIServer

    with OpenAIServer(schema_reply) as server:
        yield {**(config or {}), "model": _endpoint(server.base_url)}


def _check_schema(cls: type[Any]) -> None:
    answer = getattr(cls, "answer", ...)
    if answer is not None and not (isinstance(answer, type) and issubclass(answer, BaseModel)):
        broken(cls.__name__, f"has the answer {answer!r}", "use a pydantic model, or None for text")


def check_answers(
    cls: type[InstructionGenerator[Any]],
    config: Settings,
    documents: Iterable[Document],
    examples: Iterable[Example],
) -> None:
    """Check what holds for a `ModelGenerator` alone; others pass.

    Every example leads back to its answer; answers that fit the schema but are empty or make no
    sense raise nothing and give whole examples, if any.

    Raises:
        AssertionError: the first broken rule, with what to change.
    """
    if not _asks(cls):
        return
    for example in examples:
        if not isinstance(example.metadata.get("answer"), str):
            broken(
                cls.__name__,
                "yields an example without metadata['answer']",
                "leave it to ModelGenerator.examples, or pass on what that gives",
            )
    given = list(documents)
    for what, reply in _HOSTILE.items():
        _check_hostile(cls, config, given, what, reply)


def _check_hostile(
    cls: type[InstructionGenerator[Any]],
    config: Settings,
    given: list[Document],
    what: str,
    reply: Any,
) -> None:
    from byeori.testing.server import OpenAIServer

    with OpenAIServer(reply) as server:
        subject = Subject(cls, InstructionGenerator, _elsewhere(config, server.base_url))
        try:
            subject.run(Example, lambda maker, context: maker.examples(given, context))
        except StoppedError:
            pass  # the answers fit no schema of its own: the engine has said so
        except AssertionError:
            raise
        except Exception as error:
            broken(
                cls.__name__,
                f"fails on an answer that {what} ({type(error).__name__}: {error})",
                "yield Unusable(reason) for what it cannot use",
            )


def _elsewhere(config: Settings, base_url: str) -> Settings:
    if isinstance(config, GenerationConfig):
        model = config.model.model_copy(update={"base_url": base_url})
        return config.model_copy(update={"model": model})
    return {**(config or {}), "model": _endpoint(base_url)}  # type: ignore[dict-item]


def _endpoint(base_url: str) -> Mapping[str, Any]:
    return {"name": "test", "base_url": base_url}


def _asks(cls: type[Any]) -> bool:
    return isinstance(cls, type) and issubclass(cls, ModelGenerator)
