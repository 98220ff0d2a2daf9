"""Scoring reads what is shared once, and gives what reading each row alone gives."""

import random
from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import (
    AutoModelForCausalLM,
    BloomConfig,
    Gemma3TextConfig,
    GPT2Config,
    GPTNeoXConfig,
    LlamaConfig,
    MambaConfig,
    MistralConfig,
    PreTrainedConfig,
    Qwen3Config,
)

from byeori.models.scoring import Scorer, Span
from byeori.models.scoring.runs import WORTH, runs_of, without_short_roots
from byeori.models.scoring.trees import reads_trees

VOCABULARY = 50
WIDE = {
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "vocab_size": VOCABULARY,
    "max_position_embeddings": 512,
}
GROUPED = {**WIDE, "num_key_value_heads": 2, "head_dim": 8}
SHAPES: dict[str, Callable[[], PreTrainedConfig]] = {
    "llama": lambda: LlamaConfig(**GROUPED),
    "gpt-neox": lambda: GPTNeoXConfig(**WIDE),
    "bloom": lambda: BloomConfig(hidden_size=32, n_layer=2, n_head=4, vocab_size=VOCABULARY),
    "gpt2": lambda: GPT2Config(
        n_embd=32, n_layer=2, n_head=4, vocab_size=VOCABULARY, n_positions=512
    ),
    "gemma3": lambda: Gemma3TextConfig(**GROUPED, sliding_window=400),
    "gemma3-narrow": lambda: Gemma3TextConfig(**GROUPED, sliding_window=16),
    "qwen3": lambda: Qwen3Config(**GROUPED),
    "mistral": lambda: MistralConfig(**GROUPED, sliding_window=24),
    "mamba": lambda: MambaConfig(
        hidden_size=32, num_hidden_layers=2, vocab_size=VOCABULARY, state_size=4
    ),
}


def model_of(shape: str) -> Any:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = AutoModelForCausalLM.from_config(SHAPES[shape]())
        for parameter in model.parameters():
            if parameter.dim() > 1:
                torch.nn.init.normal_(parameter, std=0.3)
    # BLOOM's attention knows no float64.
    return model.to(torch.float32 if shape == "bloom" else torch.float64).eval()


def few_shot_spans(seed: int, items: int = 9, root: int = 60) -> list[Span]:
    """Items behind a common beginning, with two to four continuations of one to six tokens."""
    draw = random.Random(seed)

    def tokens(count: int) -> tuple[int, ...]:
        return tuple(draw.randrange(VOCABULARY) for _ in range(count))

    start = tokens(root)
    prefixes = [start + tokens(draw.randint(1, 30)) for _ in range(items)]
    prefixes += [tokens(20), tokens(7)]  # of their own
    return [Span(prefix, tokens(draw.randint(1, 6))) for prefix in prefixes for _ in range(4)] + [
        Span(prefixes[0], (letter,)) for letter in range(3)
    ]


def alone(model: Any, span: Span) -> float:
    ids = torch.tensor([(span.prefix + span.continuation)[:-1]])
    with torch.no_grad():
        logits = model(ids, use_cache=False).logits[0].double()
    predicted = torch.log_softmax(logits, dim=-1)[len(span.prefix) - 1 :]
    return float(predicted.gather(1, torch.tensor(span.continuation)[:, None]).sum())


@pytest.mark.parametrize("budget", [1, 64, 4096])
@pytest.mark.parametrize("shape", SHAPES)
def test_scores_equal_those_of_each_row_alone(shape: str, budget: int) -> None:
    model = model_of(shape)
    spans = few_shot_spans(1)
    found = Scorer(model, budget).totals(spans)
    expected = [alone(model, span) for span in spans]
    exact = shape not in ("bloom", "mamba")
    assert found == pytest.approx(expected, rel=1e-9 if exact else 2e-5)


@pytest.fixture(params=[True, False], ids=["trees", "cached"])
def scorer(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Callable[[int], tuple[Scorer, list[int]]]:
    """A Llama's scorer, and the tokens of each call that it will make, padding counted."""

    def make(budget: int) -> tuple[Scorer, list[int]]:
        model = model_of("llama")
        monkeypatch.setattr("byeori.models.scoring.scorer.reads_trees", lambda model: request.param)
        counts: list[int] = []
        model.register_forward_pre_hook(
            lambda _, arguments, named: counts.append(named["input_ids"].numel()), with_kwargs=True
        )
        return Scorer(model, budget), counts

    return make


@pytest.mark.parametrize("shape", ["llama", "gpt-neox", "gpt2", "gemma3", "qwen3"])
def test_most_models_read_a_prefix_and_its_branches_in_one_row(shape: str) -> None:
    model = model_of(shape)
    assert reads_trees(model)
    scorer = Scorer(model, 256)
    spans = few_shot_spans(3)
    in_trees = scorer.totals(spans)
    scorer._trees = False
    assert scorer.totals(spans) == pytest.approx(in_trees, rel=1e-9)


def test_a_model_that_does_not_is_not_asked_so() -> None:
    assert not reads_trees(model_of("bloom"))


Make = Callable[[int], tuple[Scorer, list[int]]]


def test_a_common_beginning_is_read_once_for_all_portions(scorer: Make) -> None:
    draw = random.Random(0)
    root = tuple(draw.randrange(VOCABULARY) for _ in range(200))
    spans = [Span((*root, n, n + 1), (letter,)) for n in range(20) for letter in range(4)]
    made, read_tokens = scorer(1024)
    made.totals(spans[:40])
    assert sum(read_tokens) == 200 + 10 * 2
    made.totals(spans[40:])
    assert sum(read_tokens) == 200 + 20 * 2


def test_a_prefix_is_read_once_for_all_its_continuations(scorer: Make) -> None:
    prefix = tuple(range(40))
    spans = [Span(prefix, (n, n + 1, n + 2)) for n in range(4)]
    made, read_tokens = scorer(1024)
    made.totals(spans)
    assert sum(read_tokens) == 40 + 4 * 2


def test_what_is_held_is_bounded(scorer: Make) -> None:
    root = tuple(range(40)) * 5
    spans = [Span((*root, n), (n, n + 1)) for n in range(40)]
    made, read_tokens = scorer(50)
    made.totals(spans)
    assert max(read_tokens[1:]) <= 50
    assert sum(read_tokens) == 200 + 40 + 40


@given(
    prefixes=st.lists(
        st.tuples(st.sampled_from([0, 5, 80, 200]), st.lists(st.integers(0, 3), min_size=1)),
        min_size=1,
        max_size=12,
    )
)
@settings(max_examples=200, deadline=None)
def test_every_prefix_is_in_one_run_and_goes_on_behind_its_root(
    prefixes: list[tuple[int, list[int]]],
) -> None:
    whole = [(9,) * count + tuple(rest) for count, rest in prefixes]
    runs = runs_of(whole)
    assert sorted(p for run in runs for p in run.prefixes) == sorted(set(whole))
    for run in runs:
        assert all(p[: len(run.root)] == run.root and len(p) > len(run.root) for p in run.prefixes)
        assert not run.root or (len(run.prefixes) - 1) * len(run.root) >= WORTH


def test_each_subject_has_a_root_of_its_own() -> None:
    first, second = (1,) * 100, (1,) * 20 + (2,) * 100
    runs = runs_of([(*first, n) for n in range(5)] + [(*second, n) for n in range(5)])
    assert sorted(len(run.root) for run in runs) == [100, 120]


def test_roots_that_are_too_short_are_dropped_together() -> None:
    first, second, third = (1,) * 30, (2,) * 9, (3,) * 9
    runs = runs_of([(*start, n) for n in range(9) for start in (first, second, third)])
    assert sorted(len(run.root) for run in runs) == [9, 9, 30]
    kept, rest = without_short_roots(runs, 16)
    assert (len(kept.root), len(rest.root), len(rest.prefixes)) == (30, 0, 18)


def test_a_known_root_is_kept_where_a_portion_begins_alike_for_longer() -> None:
    known = (1,) * 100
    assert [r.root for r in runs_of([(*known, 2, n) for n in range(5)], known)] == [known]


def test_nothing_is_shared_where_embeddings_depend_on_the_length_of_a_row() -> None:
    from byeori.models.scoring.caches import longest

    rope = {"rope_type": "dynamic", "factor": 2.0, "rope_theta": 10_000.0}
    config = LlamaConfig(**GROUPED, rope_parameters=rope)
    assert longest(AutoModelForCausalLM.from_config(config)) == 0
    assert longest(model_of("llama")) == float("inf")
