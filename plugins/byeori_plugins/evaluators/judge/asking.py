"""Asks the judges: what each is shown, in which order, and what it said."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any

from byeori import Context, DataError, Estimate, Item
from byeori.answering import Answered
from byeori.endpoint import EndpointConfig, Request
from byeori.prompts import TEMPLATE_ERRORS, render
from byeori.records import Answer
from byeori_plugins.evaluators.judge.config import JudgeConfig
from byeori_plugins.evaluators.judge.questions import ANSWERED, EARLIER
from byeori_plugins.evaluators.judge.rubric import Rubric
from byeori_plugins.evaluators.judge.verdicts import (
    UnreadableError,
    Verdict,
    schema_of,
    verdict_of,
)


@dataclass(frozen=True, slots=True)
class Showing:
    """One question to one judge.

    Attributes:
        item: number of the item.
        repeat: which of the repeats it is.
        other: number of the other model whose answer is shown too; -1 where there is none.
        place: where the answer of the model that is scored stands: 1 or 2; 1 where it is alone.
    """

    item: int
    repeat: int
    other: int = -1
    place: int = 1


@dataclass(frozen=True, slots=True)
class Judgement:
    """What came of it.

    Attributes:
        judge: number of the judge.
        verdict: what it said, or None.
        problem: why there is no verdict; empty where there is one.
        key: of the answer in the journal; empty where there is none.
    """

    showing: Showing
    judge: int
    verdict: Verdict | None
    problem: str = ""
    key: str = ""

    def value(self, metric: str) -> float | None:
        """What the answer of the model that is scored got, or None."""
        if self.verdict is None:
            return None
        return (self.verdict.first if self.showing.place == 1 else self.verdict.second)[metric]


def judgements(
    config: JudgeConfig, answered: Answered, items: Sequence[Item], context: Context
) -> list[list[Judgement]]:
    """By item, every judge's judgements; empty where an answer that is needed is missing."""
    showings = list(_showings(config, answered, items, context))
    found: list[list[Judgement]] = [[] for _ in items]
    for number, judge in enumerate(config.judges):
        requests = (_request(config.rubric, answered, items, showing) for showing in showings)
        for made in _asked(number, judge, requests, config.rubric, len(showings), context):
            found[made.showing.item].append(made)
            if made.problem:
                context.reject(items[made.showing.item].id, made.problem)
    return found


def planned(
    config: JudgeConfig, answered: Answered, items: Sequence[Item], context: Context
) -> Iterator[Estimate]:
    """What `judgements` would take, judge by judge, without the journal's help."""
    from byeori.generation.estimating import estimates

    showings = list(_showings(config, answered, items, context))
    for judge in config.judges:
        requests = (_request(config.rubric, answered, items, showing) for showing in showings)
        for estimate in estimates(requests, judge):
            yield replace(estimate, text=f"{judge.name}: {estimate.text}")


def _asked(
    number: int,
    judge: EndpointConfig,
    requests: Iterator[Request[Any]],
    rubric: Rubric,
    total: int,
    context: Context,
) -> Iterator[Judgement]:
    from byeori.endpoint.client import EndpointClient  # imports asyncio: not at registration

    with closing(EndpointClient(judge).answers(requests, context)) as outcomes:
        for outcome in context.progress(outcomes, total=total, unit="judgements"):
            key = outcome.keys[-1] if outcome.keys else ""
            showing: Showing = outcome.request.row
            try:
                yield Judgement(showing, number, verdict_of(rubric, outcome), key=key)
            except UnreadableError as error:
                yield Judgement(showing, number, None, f"not judged: {error}", key)


def _showings(
    config: JudgeConfig, answered: Answered, items: Sequence[Item], context: Context
) -> Iterator[Showing]:
    for index, (item, own) in enumerate(zip(items, answered.own, strict=True)):
        if own.problem:
            continue
        if config.rubric.answers == "one":
            yield from (Showing(index, repeat) for repeat in range(config.repeats))
            continue
        for other, rows in enumerate(answered.others):
            if rows[index].problem:
                continue
            places = _places(item, own, rows[index], context)
            for repeat in range(config.repeats):
                for place in places if config.orders == "both" else places[:1]:
                    yield Showing(index, repeat, other, place)


def _places(item: Item, own: Answer, other: Answer, context: Context) -> tuple[int, int]:
    """Where the own answer stands first and then; drawn, and the same seen from the other side."""
    texts = sorted({own.text, other.text})
    drawn = context.random("order of answers", item.id, *texts).randrange(2)
    first = 1 + (drawn if own.text == texts[0] else 1 - drawn)
    return first, 3 - first


def _request(
    rubric: Rubric, answered: Answered, items: Sequence[Item], showing: Showing
) -> Request[Any]:
    item, own = items[showing.item], answered.own[showing.item]
    shown = [own]
    if showing.other >= 0:
        shown.append(answered.others[showing.other][showing.item])
        if showing.place == 2:
            shown.reverse()
    values = _values(rubric, item, shown)
    try:
        prompt, system = render(rubric.prompt, values), render(rubric.system, values)
    except TEMPLATE_ERRORS as error:
        raise DataError(f"rubric {rubric.title!r}: its prompt cannot be filled: {error}") from error
    return Request(
        prompt=prompt,
        system=system,
        schema=schema_of(rubric),
        sample=showing.repeat,
        where=item.id,
        row=showing,
    )


def _values(rubric: Rubric, item: Item, shown: Sequence[Answer]) -> dict[str, Any]:
    """What a rubric's templates see: never a model's name."""
    texts = [_answer_text(item, answer) for answer in shown]
    digest = hashlib.sha256("\x1f".join((item.id, *texts)).encode("utf-8", "replace"))
    return {
        "question": question_text(item),
        "instruction": item.instruction,
        "input": item.input,
        "reference": item.reference,
        "scales": rubric.scales,
        "choices": rubric.choices,
        "mark": digest.hexdigest()[:8],
        **dict(zip(rubric.answer_names, texts, strict=True)),
    }


def question_text(item: Item) -> str:
    """The whole question: system message, earlier turns, the instruction and its input."""
    earlier = [turn.content for turn in item.history] + list(item.metadata.get(EARLIER, ()))
    return "\n\n".join(filter(None, (item.system, *earlier, item.instruction, item.input)))


def _answer_text(item: Item, answer: Answer) -> str:
    """The answer, after what the same model answered to the earlier questions."""
    said = list(answer.metadata.get(ANSWERED, ()))
    if not said:
        return answer.text
    asked = [*item.metadata.get(EARLIER, ()), item.instruction]
    turns = zip(asked, [*said, answer.text], strict=True)
    return "\n\n".join(f"> {question}\n\n{text}" for question, text in turns)
