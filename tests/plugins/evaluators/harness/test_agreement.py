"""What the adapter gives is what lm-eval's own `simple_evaluate` gives with its own model class."""

from typing import Any

import pytest

NAMES = ["own_sums", "own_shots", "own_words", "own_answers", "own_texts"]


@pytest.mark.parametrize("engine", ["byeori", "hflm"])
@pytest.mark.parametrize("name", NAMES)
def test_every_item_and_figure_is_lm_evals(
    engine: str, name: str, evaluator: Any, evaluated: Any, lm_evals: Any
) -> None:
    found = lm_evals([name])
    made = evaluator(name, engine=engine)
    items, scores = evaluated(made)
    samples = found["samples"][name]
    assert len(items) == len(samples) == 12
    raws = [score.metadata["raw"] for score in scores if "raw" in score.metadata]
    for sample, raw in zip(samples, raws, strict=True):
        for metric in sample["metrics"]:
            expected = sample[metric]
            if isinstance(expected, tuple):
                assert raw[metric] == pytest.approx(list(expected), abs=1e-4)
            else:
                assert raw[metric] == pytest.approx(expected, abs=1e-4)
    summary = made.summarise(scores)
    for key, value in found["results"][name].items():
        metric = key.removesuffix(",none")
        if metric == key or "stderr" in key:
            continue
        values = [score.value for score in scores if score.metric == metric]
        named = [summary[k] for k in summary if k.split(" (")[0] == f"{name} {metric}"]
        assert named or values
        got = named[0] if named else sum(values) / len(values)
        assert got == pytest.approx(value, rel=1e-4)
