"""Sets about elements in the shapes of Natural Instructions, P3, FLAN and Self-Instruct.

Each asks for another fact, always in the same words: what differs between the sets is their shape.
"""

from collections.abc import Iterator
from typing import Any

from byeori_korean.example_sets.elements import elements
from byeori_korean.example_sets.filling import Slots, fill, wordings

Row = dict[str, Any]
_DEFINITION = (
    "You are given the name of a chemical element. Write its chemical symbol in a sentence."
)
_CHOICES = ("solid", "liquid", "gas")
_ASKED = {
    "natural-instructions": (_DEFINITION, "{en}", "symbol"),
    "p3": ("Is {en} a solid, a liquid or a gas at room temperature?", "", "state"),
    "flan": ("What kind of element is {en}?", "", "category"),
    "self-instruct": ("Give the atomic number of the element.", "{en}", "number"),
}
"""By family: instruction, input, and the fact that is asked for."""
_NEEDED = {"state": "state_en", "category": "category_en"}
_EVERY = 2
"""One element in so many, of the known and of the held-out."""


def _known(family: str, *, held_out: bool = False) -> Iterator[Slots]:
    fact = _ASKED[family][2]
    chosen = [e.slots for e in elements() if e.held_out is held_out][::_EVERY]
    yield from (slots for slots in chosen if _NEEDED.get(fact, fact) in slots)


def _filled(family: str, slots: Slots) -> tuple[str, str, str]:
    instruction, given, fact = _ASKED[family]
    answer = wordings()[fact]["answer"][0]
    return fill(instruction, slots), fill(given, slots), fill(answer, slots)


def natural_instructions() -> Row:
    """One task: a definition, a positive example, instances."""
    pairs = [_filled("natural-instructions", slots)[1:] for slots in _known("natural-instructions")]
    (example_in, example_out), *instances = pairs
    return {
        "Contributors": ["byeori"],
        "Source": ["byeori"],
        "Categories": ["Question Answering"],
        "Definition": [_DEFINITION],
        "Input_language": ["English"],
        "Output_language": ["English"],
        "Positive Examples": [
            {"input": example_in, "output": example_out, "explanation": "It names the symbol."}
        ],
        "Negative Examples": [],
        "Instances": [
            {"id": f"task0001-{n}", "input": asked, "output": [answer]}
            for n, (asked, answer) in enumerate(instances, start=1)
        ],
        "Instance License": ["Apache-2.0"],
    }


def p3() -> Iterator[Row]:
    """Input, answer choices and targets, as in P3's copies on the hub."""
    for slots in _known("p3"):
        asked, _, answer = _filled("p3", slots)
        state = slots["state_en"]
        choices = [f"{answer.removesuffix(f'{state}.')}{choice}." for choice in _CHOICES]
        yield {
            "inputs_pretokenized": asked,
            "targets_pretokenized": answer,
            "answer_choices": choices,
        }


def flan() -> Iterator[Row]:
    """Inputs and targets, with the name of the task."""
    for slots in _known("flan"):
        asked, _, answer = _filled("flan", slots)
        yield {"inputs": asked, "targets": answer, "task_name": "element_category"}


def self_instruct() -> Iterator[Row]:
    """Seed tasks: an instruction and its instances."""
    for number, slots in enumerate(_known("self-instruct")):
        asked, given, answer = _filled("self-instruct", slots)
        yield {
            "id": f"seed_task_{number}",
            "name": "atomic_number",
            "instruction": asked,
            "instances": [{"input": given, "output": answer}],
            "is_classification": False,
        }


def questions() -> Iterator[Row]:
    """The test: what each family asks for, about held-out elements."""
    for family in _ASKED:
        for slots in _known(family, held_out=True):
            asked, given, answer = _filled(family, slots)
            yield {
                "instruction": asked,
                "input": given,
                "output": answer,
                "task": family,
                "language": "en",
            }
