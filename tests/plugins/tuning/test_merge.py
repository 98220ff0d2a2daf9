"""Models tuned side by side, made into one: by the arithmetic that their names promise."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from byeori import Context, DataError, ModelRef, RecipeError, TuningData
from byeori.models import load
from byeori_plugins.tuning.merging.config import MergeConfig, Point, Search
from byeori_plugins.tuning.merging.merge import Merge
from byeori_plugins.tuning.merging.search import Points, search

Make = Callable[..., Any]
pytestmark = pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing`:FutureWarning")
LORA_METHODS = ("average", "linear", "ties", "dare_linear", "dare_ties", "magnitude_prune", "cat")
SVD_METHODS = ("svd", "ties_svd", "dare_linear_svd", "dare_ties_svd", "magnitude_prune_svd")


def merge(**settings: object) -> Merge:
    return Merge(MergeConfig.model_validate(settings))


def weights_of(ref: ModelRef) -> dict[str, torch.Tensor]:
    state: dict[str, torch.Tensor] = load(ref, dtype="float64").model.state_dict()
    return state


def difference(tuned: ModelRef, base: ModelRef) -> dict[str, torch.Tensor]:
    old = weights_of(base)
    return {name: weight - old[name] for name, weight in weights_of(tuned).items()}


def given_to(data: TuningData, *models: ModelRef) -> TuningData:
    return replace(data, models=models)


@pytest.fixture
def adapters(tuned_by: Make) -> tuple[ModelRef, ModelRef]:
    return tuned_by("lora").result, tuned_by("lora", max_steps=4).result


@pytest.fixture
def full_models(tuned_by: Make) -> tuple[ModelRef, ModelRef]:
    return tuned_by("full").result, tuned_by("full", max_steps=4).result


def test_cat_of_adapters_is_the_weighted_sum_of_their_updates(
    ref: ModelRef, data: TuningData, adapters: tuple[ModelRef, ModelRef], context: Context
) -> None:
    result = merge(method="cat", weights=[0.7, -0.4]).tune(ref, given_to(data, *adapters), context)
    first, second = (difference(adapter, ref) for adapter in adapters)
    for name, change in difference(result, ref).items():
        expected = 0.7 * first[name] - 0.4 * second[name]
        torch.testing.assert_close(change, expected, rtol=0, atol=2e-7)
    assert len(result.adapters) == 1


def test_svd_of_a_large_enough_rank_is_the_weighted_sum_too(
    ref: ModelRef, data: TuningData, tuned_by: Make, context: Context
) -> None:
    models = tuned_by("lora", r=2).result, tuned_by("lora", r=4).result
    settings = {"method": "svd", "weights": [0.5, 0.5], "rank": 6}
    result = merge(**settings).tune(ref, given_to(data, *models), context)
    first, second = (difference(model, ref) for model in models)
    for name, change in difference(result, ref).items():
        expected = 0.5 * first[name] + 0.5 * second[name]
        torch.testing.assert_close(change, expected, rtol=0, atol=1e-6)


@pytest.mark.parametrize("method", LORA_METHODS + SVD_METHODS)
def test_every_combination_of_adapters_loads_differs_from_the_base_and_is_the_same_each_time(
    method: str,
    ref: ModelRef,
    data: TuningData,
    adapters: tuple[ModelRef, ModelRef],
    context_in: Make,
    folder_bytes: Make,
) -> None:
    once, again = context_in("once"), context_in("again")
    results = [merge(method=method).tune(ref, given_to(data, *adapters), c) for c in (once, again)]
    assert folder_bytes(once.output) == folder_bytes(again.output)
    changes = difference(results[0], ref).values()
    assert max(change.abs().max() for change in changes) > 1e-5


def test_scales_are_averaged(
    ref: ModelRef, data: TuningData, tuned_by: Make, context: Context
) -> None:
    models = tuned_by("ia3").result, tuned_by("ia3", max_steps=4).result
    result = merge(weights=[3, 1]).tune(ref, given_to(data, *models), context)
    first, second = (weights_of(model) for model in models)
    for name, weight in weights_of(result).items():
        expected = 0.75 * first[name] + 0.25 * second[name]
        torch.testing.assert_close(weight, expected, rtol=0, atol=1e-7)


@pytest.mark.parametrize(("method", "factors"), [("average", (0.75, 0.25)), ("linear", (1.5, 0.5))])
def test_full_models_are_averaged_or_their_task_vectors_added(
    method: str,
    factors: tuple[float, float],
    ref: ModelRef,
    data: TuningData,
    full_models: tuple[ModelRef, ModelRef],
    context: Context,
) -> None:
    settings = {"method": method, "weights": [1.5, 0.5]}
    result = merge(**settings).tune(ref, given_to(data, *full_models), context)
    first, second = (difference(model, ref) for model in full_models)
    for name, change in difference(result, ref).items():
        expected = factors[0] * first[name] + factors[1] * second[name]
        torch.testing.assert_close(change, expected, rtol=0, atol=1e-6)
    assert result.merged_path is not None and not result.adapters


def ties_by_hand(tasks: list[np.ndarray], weights: list[float], density: float) -> np.ndarray:
    """TIES (Yadav et al. 2023, section 3), written anew: trim, elect a sign, mean of those."""
    trimmed = []
    for task in tasks:
        kept = int(density * task.size)
        threshold = np.sort(np.abs(task), axis=None)[-kept] if kept else np.inf
        trimmed.append(np.where(np.abs(task) >= threshold, task, 0.0))
    signs = np.sign(sum(trimmed))
    agree = [np.sign(task) == signs for task in trimmed]
    total = sum(w * t * a for w, t, a in zip(weights, trimmed, agree, strict=True))
    return total / np.maximum(sum(a.astype(float) for a in agree), 1)


def test_ties_of_full_models_trims_elects_and_averages(
    ref: ModelRef, data: TuningData, full_models: tuple[ModelRef, ModelRef], context: Context
) -> None:
    settings = {"method": "ties", "weights": [1.0, 0.5], "density": 0.3}
    result = merge(**settings).tune(ref, given_to(data, *full_models), context)
    first, second = (difference(model, ref) for model in full_models)
    for name, change in difference(result, ref).items():
        expected = ties_by_hand([first[name].numpy(), second[name].numpy()], [1.0, 0.5], 0.3)
        np.testing.assert_allclose(change.numpy(), expected, rtol=0, atol=1e-6, err_msg=name)


def test_adapters_of_two_methods_are_merged_as_the_full_models_they_make(
    ref: ModelRef, data: TuningData, tuned_by: Make, context: Context
) -> None:
    models = tuned_by("lora").result, tuned_by("full").result
    result = merge().tune(ref, given_to(data, *models), context)
    first, second = (weights_of(model) for model in models)
    for name, weight in weights_of(result).items():
        expected = (first[name] + second[name]) / 2
        torch.testing.assert_close(weight, expected, rtol=0, atol=1e-6)


def test_searched_weights_are_no_worse_than_any_corner_and_are_found_again(
    ref: ModelRef,
    data: TuningData,
    adapters: tuple[ModelRef, ModelRef],
    context_in: Make,
    folder_bytes: Make,
) -> None:
    settings = {"method": "cat", "search": {"grid": [0.0, 0.5, 1.0]}}
    once, again = context_in("once"), context_in("again")
    for context in (once, again):
        merge(**settings).tune(ref, given_to(data, *adapters), context)
    assert folder_bytes(once.output) == folder_bytes(again.output)
    record = json.loads((once.output / "training.json").read_text())
    tried = {tuple(point["weights"]): point["loss"] for point in record["points"]}
    assert tried[tuple(record["weights"])] == min(tried.values())
    assert tried.keys() >= {(0.5, 0.5), (0.0, 0.5), (1.0, 0.5)}
    assert record["validation_examples"] == len(data.validation)


@pytest.mark.parametrize("of", ["adapters", "models"])
def test_the_density_is_searched_with_the_weights_and_used(
    of: str, ref: ModelRef, data: TuningData, adapters: Any, context_in: Make
) -> None:
    settings: dict[str, Any] = {"method": "ties", "of": of}
    grids = {"grid": [0.5, 1.0], "densities": [0.1, 1.0], "rounds": 1}
    context = context_in("searched")
    found = merge(**settings, search=grids).tune(ref, given_to(data, *adapters), context)
    record = json.loads((context.output / "training.json").read_text())
    tried = {(*point["weights"], point["density"]): point["loss"] for point in record["points"]}
    assert tried[(*record["weights"], record["density"])] == min(tried.values())
    assert {point["density"] for point in record["points"]} == {0.1, 0.5, 1.0}
    assert len(set(tried.values())) == len(tried)
    fixed = {"weights": record["weights"], "density": record["density"]}
    again = merge(**settings, **fixed).tune(ref, given_to(data, *adapters), context_in("fixed"))
    expected = weights_of(again)
    assert all(torch.equal(weight, expected[name]) for name, weight in weights_of(found).items())


def test_a_killed_search_computes_no_point_twice(
    ref: ModelRef,
    data: TuningData,
    adapters: tuple[ModelRef, ModelRef],
    context: Context,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from byeori_plugins.tuning.training import validation

    computed = []
    mean_loss = validation.mean_loss

    def counted(*args: Any) -> float:
        if len(computed) == 3:
            computed.append(None)
            raise KeyboardInterrupt
        computed.append(mean_loss(*args))
        return computed[-1]

    monkeypatch.setattr(validation, "mean_loss", counted)
    method = merge(method="cat", search={"grid": [0.0, 0.5, 1.0]})
    with pytest.raises(KeyboardInterrupt):
        method.tune(ref, given_to(data, *adapters), context)
    method.tune(ref, given_to(data, *adapters), context)
    points = json.loads((context.output / "training.json").read_text())["points"]
    assert len(computed) - 1 == len(points)


@given(
    best=st.lists(st.floats(0.3, 2), min_size=1, max_size=3),
    grid=st.permutations([0.0, 0.25, 0.5, 0.75, 1.0]),
)
def test_the_search_finds_the_best_of_the_grid_where_weights_do_not_interact(
    best: list[float], grid: list[float]
) -> None:
    def loss(point: Point) -> float:
        off = point.density - best[0] / 2
        return off**2 + sum((w - b) ** 2 for w, b in zip(point.weights, best, strict=True))

    densities = (0.1, 0.3, 0.5, 1.0)
    with tempfile.TemporaryDirectory() as folder:
        points = Points(Path(folder) / "points.json", "")
        settings = Search(grid=tuple(grid), densities=densities)
        found = search(Point((0.5,) * len(best), 0.3), settings, points, loss)
        assert Points.read(points.path, "").losses == points.losses
    weights = tuple(min(grid, key=lambda value, b=b: (value - b) ** 2) for b in best)
    wanted = (Point(weights, density) for density in densities)
    assert loss(found) == pytest.approx(min(map(loss, wanted)))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"method": "linear", "density": 0.2}, "prunes nothing"),
        ({"method": "ties", "rank": 4}, "rank goes with svd"),
        ({"method": "cat", "search": {"densities": [0.5]}}, "remove search.densities, or use ties"),
        ({"method": "ties", "search": {"densities": [0.0]}}, "greater than 0"),
        ({"method": "cat", "of": "models"}, "for full models use linear"),
        ({"weights": [1, -1]}, "a sum above 0"),
    ],
)
def test_settings_that_do_not_fit_the_method_are_refused_at_plan_time(
    settings: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValidationError, match=message):
        merge(**settings)


def refused(method: Merge, ref: ModelRef, data: TuningData, context: Context) -> str:
    with pytest.raises(RecipeError) as error:
        method.tune(ref, data, context)
    (mistake,) = error.value.mistakes
    return f"{mistake.path}: {mistake.message}"


def test_models_that_a_method_cannot_combine_are_refused_with_what_can(
    ref: ModelRef, data: TuningData, tuned_by: Make, context: Context
) -> None:
    lora, other, ia3 = (
        tuned_by("lora").result,
        tuned_by("lora", r=2).result,
        tuned_by("ia3").result,
    )
    text = refused(merge(weights=[1]), ref, given_to(data, lora, other), context)
    assert text == "lora.weights: 1 weights for 2 models; give one for each"
    text = refused(merge(method="ties"), ref, given_to(data, lora, other), context)
    assert "needs equal ranks" in text and "use cat or svd" in text
    text = refused(merge(), ref, given_to(data, lora, ia3), context)
    assert "IA3 and LORA cannot be combined" in text and "of: models" in text
    full = tuned_by("full").result
    text = refused(merge(method="cat"), ref, given_to(data, lora, full), context)
    assert "cat needs models that are each one adapter" in text


def test_models_of_another_shape_are_refused_by_weight_and_folder(
    ref: ModelRef,
    data: TuningData,
    full_models: tuple[ModelRef, ModelRef],
    context: Context,
    family_folder: Make,
) -> None:
    other = ModelRef(base=str(family_folder("qwen3")), template=ref.template)
    with pytest.raises(DataError, match="has the shape"):
        merge().tune(ref, given_to(data, full_models[0], other), context)


FULL_DISK = """
import resource, sys
from pathlib import Path
from byeori import Context, ModelRef, PromptTemplate, StoppedError, TuningData
from byeori_plugins.tuning import Merge, MergeConfig

base = ModelRef(base=sys.argv[1], template=PromptTemplate(name="x", template="{{ instruction }}"))
context = Context("mix", 5, Path(sys.argv[2], "output"), Path(sys.argv[2], "scratch"))
context.output.mkdir(parents=True)
data = TuningData([], [], [], models=(base, base))
for limit in (50_000, resource.RLIM_INFINITY):
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    try:
        print("done:", Merge(MergeConfig()).tune(base, data, context).merged_path is not None)
    except StoppedError as error:
        print("stopped:", error)
"""


def test_a_full_disk_stops_a_merge_with_advice_and_the_next_one_goes_through(
    model_folder: Path, tmp_path: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(model_folder), str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert done.returncode == 0, done.stderr
    assert "stopped: mix: no space left on the disk of" in done.stdout, done.stdout
    assert done.stdout.endswith("done: True\n")
