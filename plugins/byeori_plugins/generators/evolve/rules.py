"""Which evolutions have failed: the elimination rules of Evol-Instruct.

Source: Xu et al. 2023, "WizardLM", section 3.2, elimination evolving. The first rule, no gain of
information, is asked of the model; the others are here.
"""

import re

from byeori.text import folded
from byeori_plugins.text.tokens import words

SHORT = 80
"""Words; a longer answer with an apology in it answers all the same."""
_APOLOGY = re.compile(r"\bsorry\b|죄송|미안하|미안합", re.IGNORECASE)
_FUNCTION_WORDS = """
about above after again all also am an and any are as at be because been before being below between
both but by can could did do does doing down during each few for from further had has have having he
her here hers him his how if in into is it its just me more most my nor now of off on once only or
other our out over own same she should so some such than that the their them then there these they
this those through to too under until up very was we were what when where which while who whom why
will with would you your
그 이 저 것 수 등 및 또 또는 그리고 그러나 그런데 하지만 그래서 즉 더 좀 잘 의 가 은 는
을 를 에 와 과 도 로 으로 에서 이다 있다 하다 입니다 합니다 있습니다
"""
"""Not among them: yes, no and letters by themselves, which are whole answers to some tasks."""
_STOP_WORDS = frozenset(_FUNCTION_WORDS.split())


def instruction_problem(text: str, parent: str, telltales: tuple[str, ...]) -> str:
    """Why an evolved instruction is eliminated, or an empty text.

    Args:
        text: the evolved instruction.
        parent: the one it was made from.
        telltales: words of the prompt that asked for it, which no task has by itself.
    """
    if not text:
        return "the evolved instruction is empty"
    if folded(text) == folded(parent):
        return "the instruction did not evolve"
    was = folded(parent)
    for phrase in telltales:
        if folded(phrase) in folded(text) and folded(phrase) not in was:
            return f"it copies words of the prompt: `{phrase}`"
    return ""


def answer_problem(answer: str) -> str:
    """Why the answer to an evolved instruction shows that it has failed, or an empty text."""
    if _APOLOGY.search(answer) and len(answer.split()) < SHORT:
        return "the model could not answer: a short apology"
    said = words(answer)
    if all(word in _STOP_WORDS for word in said):
        return "the answer is nothing but punctuation and stop words"
    return ""
