"""Multiple choice from held-out examples: the wrong choices are other examples' right answers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from byeori import Context, Example

TOO_FEW = "too few distinct answers of its task and language for the wrong choices"


def folded(text: str) -> str:
    """What makes two texts the same: words alone, or the text itself where it has none."""
    # Imported here because it brings pyarrow, and this module is imported to list the plugins.
    from byeori.text import normalise

    return normalise(text) or text.strip().casefold()


@dataclass
class _Group:
    """Examples of one task and language.

    Attributes:
        answers: one text for each distinct answer, in order of appearance.
        right: the distinct answers to each question.
    """

    answers: dict[str, str] = field(default_factory=dict)
    right: dict[str, set[str]] = field(default_factory=dict)

    def add(self, example: Example) -> None:
        key = folded(example.output)
        self.answers.setdefault(key, example.output.strip())
        self.right.setdefault(_question_key(example), set()).add(key)


def _question_key(example: Example) -> str:
    turns = [turn.content for turn in example.history]
    parts = (example.system, *turns, example.instruction, example.input)
    return "\x1f".join(folded(part) for part in parts)


def with_distractors(
    examples: Sequence[Example], choices: int, context: Context
) -> Iterator[tuple[Example, list[str]]]:
    """Each example with `choices - 1` wrong answers, drawn by the recipe's seed.

    They are answers of the same task and language, all distinct, and none of them is a right answer
    to the same question. An example for which there are too few goes to `context.reject`.
    """
    groups: dict[tuple[str, str], _Group] = {}
    for example in examples:
        groups.setdefault((example.task, example.language), _Group()).add(example)
    keys = {name: list(group.answers) for name, group in groups.items()}
    for example in examples:
        name = (example.task, example.language)
        group = groups[name]
        right = group.right[_question_key(example)]
        random = context.random("distractors", example.id)
        # Enough to have `choices - 1` left when every right answer is among them.
        count = min(choices - 1 + len(right), len(keys[name]))
        wrong = [key for key in random.sample(keys[name], count) if key not in right]
        if len(wrong) < choices - 1:
            context.reject(example.id, TOO_FEW, example.instruction)
            continue
        yield example, [group.answers[key] for key in wrong[: choices - 1]]
