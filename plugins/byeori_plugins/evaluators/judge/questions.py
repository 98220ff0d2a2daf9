"""What the models are asked: test examples, or questions from a file, of one turn or several."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from byeori import Context, DataError, Decoding, Document, EvaluationData, Item, Model, Turn
from byeori.bulk import with_id
from byeori.records import Answer
from byeori_plugins.evaluators.asking import asked
from byeori_plugins.evaluators.judge.config import JudgeConfig
from byeori_plugins.evaluators.sampling import sample
from byeori_plugins.sources.instructions import (
    InstructionSet,
    InstructionSetConfig,
    instructions_of,
)

EARLIER = "earlier_questions"
"""Key of an item's metadata: questions that the model itself answers before this one."""
ANSWERED = "earlier_answers"
"""Key of an answer's metadata: what the model answered to those."""


def questions(config: JudgeConfig, data: EvaluationData, context: Context) -> Sequence[Item]:
    """The items: the file's questions, or one for each test example.

    Raises:
        DataError: the rubric needs a reference answer, and an item has none.
    """
    items = list(_from_file(config, context) if config.path else map(Item.of, data.test))
    if config.rubric.reference == "required":
        for item in items:
            if not item.reference.strip():
                raise DataError(
                    f"the rubric {config.rubric.title!r} compares with a reference answer, and "
                    f"{item.instruction[:60]!r} has none; give answers, or take a rubric without"
                )
    return sample(items, config.limit, context)


def _from_file(config: JudgeConfig, context: Context) -> Iterator[Item]:
    settings = {"path": config.path, "format": config.format, "language": config.language}
    if config.reference_answers is not None:
        settings["reference_answers"] = config.reference_answers
    for document in InstructionSet(InstructionSetConfig(**settings)).documents(context):
        yield from _of_document(with_id(document))


def _of_document(document: Document) -> Iterator[Item]:
    """The items of a question; turns of one conversation share its luck, as a document's items."""
    turns = document.metadata.get("turns")
    if isinstance(turns, list | tuple):  # MT-bench: the model answers every turn itself
        references = [one.output for one in instructions_of(document)]
        yield from _of_turns(document, turns, references)
        return
    for one in instructions_of(document, "last"):
        yield Item(
            instruction=one.instruction,
            input=one.input,
            system=one.system,
            history=one.history,
            reference=one.output.strip(),
            task=one.task,
            language=document.language,
            document_id=document.id,
            metadata={"origin": document.origin},
        )


def _of_turns(
    document: Document, turns: Sequence[str], references: Sequence[str]
) -> Iterator[Item]:
    for number, question in enumerate(turns):
        yield Item(
            instruction=question,
            reference=references[number] if number < len(references) else "",
            task=str(document.metadata.get("category", "")),
            language=document.language,
            document_id=document.id,
            metadata={"origin": document.origin, EARLIER: list(turns[:number])},
        )


def answered(
    model: Model, items: Sequence[Item], decoding: Decoding, context: Context
) -> Iterator[Answer]:
    """The model's answers, in the items' order; earlier questions of a conversation first."""
    earlier = _earlier(model, items, decoding)
    shown = context.progress(items, total=len(items), unit="answers", label=model.name)
    prompts = (_prompt(item, earlier) for item in shown)
    for item, text, problem in asked(prompts, lambda some: model.generate(some, decoding)):
        said = [turn.content for turn in item.history if turn.role == "assistant"]
        own = said[len(said) - len(item.metadata.get(EARLIER, ())) :]
        yield Answer(
            item_id=item.id,
            text=text or "",
            problem=problem or earlier.get((item.id, "problem"), ""),
            metadata={ANSWERED: own} if own else {},
        )


def _prompt(item: Item, earlier: dict[tuple[str, ...], str]) -> Item:
    """The item with its own earlier questions, and what the model said to them, as history."""
    history = list(item.history)
    for number, question in enumerate(item.metadata.get(EARLIER, ())):
        said = earlier[item.id, str(number)]
        history += [Turn("user", question), Turn("assistant", said)]
    return replace(item, history=tuple(history))


def _earlier(model: Model, items: Sequence[Item], decoding: Decoding) -> dict[tuple[str, ...], str]:
    """By item and number, the answers to earlier questions; empty where one cannot be asked."""
    found: dict[tuple[str, ...], str] = {}
    longest = max((len(item.metadata.get(EARLIER, ())) for item in items), default=0)
    for number in range(longest):
        some = [
            replace(
                _prompt(replace(item, metadata={EARLIER: item.metadata[EARLIER][:number]}), found),
                instruction=item.metadata[EARLIER][number],
            )
            for item in items
            if len(item.metadata.get(EARLIER, ())) > number
        ]
        for item, text, problem in asked(some, lambda part: model.generate(part, decoding)):
            found[item.id, str(number)] = text or ""
            if problem:
                found[item.id, "problem"] = problem
    return found
