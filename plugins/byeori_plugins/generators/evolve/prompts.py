"""Default prompts of `evolve` (Jinja), and what each operation asks for."""

from collections.abc import Mapping
from typing import Literal, get_args

Operation = Literal["constraints", "deepening", "concretizing", "reasoning", "input", "breadth"]
OPERATIONS: tuple[Operation, ...] = get_args(Operation)
"""Five in depth and one in breadth (Xu et al. 2023, section 3.2)."""

METHODS: Mapping[str, str] = {
    "constraints": "Add one more constraint or requirement.",
    "deepening": "If it asks about something, ask for more depth and breadth about that.",
    "concretizing": "Replace general concepts by more specific ones.",
    "reasoning": "If it can be done with a few simple steps of thought, ask explicitly for several "
    "steps of reasoning.",
    "input": "Add real data to work on, such as a table, code, JSON, a formula or a short text, "
    "and make the task depend on it.",
}
"""What an operation in depth adds; `breadth` has a prompt of its own."""

DEPTH = """\
Rewrite the given task so that it is somewhat harder for a good assistant, in this way: {{ method }}

The rewritten task must be reasonable, and people must be able to understand and do it. Keep \
whatever the given task holds to work on: its input, tables, code. Do not make it wordy: add 10 to \
20 words{% if operation == "input" %} beside the data{% endif %}. Write it \
{% if language %}in {{ language }}{% else %}in the language of the given task{% endif %}, and do \
not answer it. Do not mention the given or the rewritten task in it.

Given task:
{{ instruction }}"""

BREADTH = """\
Take the given task as inspiration for a new one. The created task belongs to the same domain and \
is rarer, about as long and as difficult as the given one. It must be reasonable, and people must \
be able to understand and do it with what it holds. Write it \
{% if language %}in {{ language }}{% else %}in the language of the given task{% endif %}, and do \
not answer it. Do not mention the given or the created task in it.

Given task:
{{ instruction }}"""

EQUALITY = """\
Do these two tasks ask for the same: with the same constraints and requirements, and the same \
depth and breadth of what is asked?

First task:
{{ first }}

Second task:
{{ second }}"""
