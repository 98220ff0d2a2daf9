from collections.abc import Sequence
from typing import Any

import pytest

from byeori import Context, Item
from byeori.models import PromptTooLongError
from byeori_plugins.evaluators import GeneratedAnswers, MultipleChoice
from byeori_plugins.evaluators.asking import PORTION, asked
from byeori_plugins.evaluators.generated_answers import GeneratedAnswersConfig
from byeori_plugins.evaluators.multiple_choice import MultipleChoiceConfig

ITEMS = [
    Item(
        id=f"i{n}",
        instruction="long" if n in (3, 140) else "short",
        choices=("a", "b"),
        answer=0,
        reference="a",
    )
    for n in range(PORTION + 20)
]


def refusing(items: Sequence[Any]) -> None:
    reasons = {
        n: f"{item.id} too long" for n, item in enumerate(items) if "long" in item.instruction
    }
    if reasons:
        raise PromptTooLongError(reasons)


def test_items_come_back_in_order_with_their_own_results() -> None:
    def ask(items: Sequence[Item]) -> list[str]:
        refusing(items)
        return [f"answer {item.id}" for item in items]

    results = list(asked(iter(ITEMS), ask))
    assert [item for item, _, _ in results] == ITEMS
    for item, answer, reason in results:
        if item.instruction == "long":
            assert (answer, reason) == (None, f"{item.id} too long")
        else:
            assert (answer, reason) == (f"answer {item.id}", "")


def test_a_portion_of_which_nothing_fits_asks_nothing_further() -> None:
    calls = []

    def ask(items: Sequence[Item]) -> list[str]:
        calls.append(len(items))
        refusing(items)
        return [""] * len(items)

    results = list(asked([ITEMS[3], ITEMS[140]], ask))
    assert [answer for _, answer, _ in results] == [None, None]
    assert calls == [2]


@pytest.mark.parametrize(
    "evaluator",
    [MultipleChoice(MultipleChoiceConfig()), GeneratedAnswers(GeneratedAnswersConfig())],
    ids=lambda made: made.name,
)
def test_an_item_too_long_for_the_model_is_unscored_and_not_zero(
    evaluator: Any, known_model: Any, context: Context
) -> None:
    class Short(known_model):  # type: ignore[misc]
        def log_likelihoods(self, prefixes: Any, continuations: Any) -> Any:
            refusing(prefixes)
            return super().log_likelihoods(prefixes, continuations)

        def generate(self, prompts: Any, decoding: Any) -> Any:
            refusing(prompts)
            return super().generate(prompts, decoding)

    model = Short(lambda p, text: 0.0 if text == "a" else -1.0, lambda p: "a")
    scores = list(evaluator.score(model, ITEMS, context))
    assert {score.item_id for score in scores if score.value is None} == {"i3", "i140"}
    assert all("too long" in s.metadata["unscored"] for s in scores if s.value is None)
    assert all(score.value for score in scores if score.value is not None)
    assert {score.item_id for score in scores} == {item.id for item in ITEMS}
    if evaluator.name == "multiple-choice":
        assert evaluator.summarise(scores) == {"macro_f1": 1.0}
