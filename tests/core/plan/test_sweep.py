"""Sweeps at plan time: which variants there are, what they share, and every mistake at once."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from byeori import ExitCode, RecipeError
from byeori.plan import Plan, Sweep, make_plan, make_sweep, plan_recipe
from byeori.plugins import Registry
from byeori.recipe import read_recipe
from byeori.store import files
from byeori.testing import registry_of

RECIPE = """\
name: grid
base_model: {path: builtin:tiny}
documents:
  - {use: jsonl, path: rows.jsonl, text: body}
examples:
  - use: templates
    templates:
      - {task: name, language: en, instruction: "Who is {{ name }}?", output: "{{ name }}"}
tuning:
  - {use: lora, r: 8}
  - {id: second, use: ia3, from: lora}
evaluators:
  - {use: multiple-choice}
sweep:
"""


@pytest.fixture(scope="module")
def registry() -> Registry:
    return registry_of()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "rows.jsonl").write_text('{"body": "text", "name": "Ada"}\n')
    return tmp_path


def sweep(folder: Path, registry: Registry, fields: str, *options: str) -> Sweep:
    file = folder / "recipe.yaml"
    file.write_text(RECIPE + fields, encoding="utf-8")
    return make_sweep(read_recipe(file, options), registry)


def mistakes(folder: Path, registry: Registry, fields: str, *options: str) -> list[str]:
    with pytest.raises(RecipeError) as raised:
        sweep(folder, registry, fields, *options)
    return [str(m).removeprefix(f"{folder / 'recipe.yaml'}:") for m in raised.value.mistakes]


def names(made: Sweep) -> list[str]:
    return [member.name for member in made.members]


def test_every_combination_is_a_variant_and_the_last_field_is_the_fastest(
    folder: Path, registry: Registry
) -> None:
    made = sweep(folder, registry, "  tuning.lora.r: [8, 16]\n  seed: [1, 2, 3]\n")
    assert names(made) == [f"r={r},seed={seed}" for r in (8, 16) for seed in (1, 2, 3)]
    plans = [member.plan.recipe for member in made.members]
    assert [(p.tuning[0].settings["r"], p.seed) for p in plans] == [
        (r, seed) for r in (8, 16) for seed in (1, 2, 3)
    ]
    assert {p.sweep == {} for p in plans} == {True}


def test_stages_that_no_swept_field_touches_are_one(folder: Path, registry: Registry) -> None:
    made = sweep(folder, registry, "  tuning.second.seed: [1, 2, 3]\n")
    one, two, three = (
        {stage.id: stage.fingerprint for stage in member.plan.stages} for member in made.members
    )
    assert {id_ for id_ in one if one[id_] != two[id_]} == {
        "second",
        "scores.multiple-choice.second",
    }
    assert len(made.stages()) == len(one) + 2 * 2
    assert one["second"] != two["second"] != three["second"]


def test_a_variant_is_the_recipe_with_its_values_written_in(
    folder: Path, registry: Registry
) -> None:
    made = sweep(folder, registry, "  tuning.lora.r: [8, 16]\n")
    (folder / "by-hand.yaml").write_text(RECIPE.replace("r: 8", "r: 16").replace("sweep:\n", ""))
    by_hand = make_plan(read_recipe(folder / "by-hand.yaml"), registry)
    assert made.members[1].plan.fingerprint == by_hand.fingerprint


def test_a_named_value_may_be_anything_also_a_whole_list_of_stages(
    folder: Path, registry: Registry
) -> None:
    made = sweep(
        folder,
        registry,
        "  tuning:\n"
        "    - {label: one, value: [{use: lora, r: 4}]}\n"
        "    - {label: two+merged, value: [{use: lora}, {use: full, from: lora}]}\n"
        "  documents.0:\n"
        "    - {label: all, value: {use: jsonl, path: rows.jsonl, text: body}}\n",
    )
    assert names(made) == ["one,all", "two+merged,all"]
    assert [len(member.plan.recipe.tuning) for member in made.members] == [1, 2]


def test_choosing_among_the_examples_leaves_the_items_as_they_are(
    folder: Path, registry: Registry
) -> None:
    made = sweep(
        folder,
        registry,
        "  tuning.second.where:\n"
        "    - {label: ko, value: {language: ko}}\n"
        "    - {label: both, value: {language: [ko, en]}}\n",
    )
    one, two = ({s.id: s.fingerprint for s in m.plan.stages} for m in made.members)
    assert {id_ for id_ in one if one[id_] != two[id_]} == {
        "second",
        "scores.multiple-choice.second",
    }


def test_anchors_keep_combinations_of_data_short(folder: Path, registry: Registry) -> None:
    (folder / "more.jsonl").write_text('{"body": "more", "name": "Bob"}\n')
    made = sweep(
        folder,
        registry,
        "  documents:\n"
        "    - {label: a, value: [&a {use: jsonl, path: rows.jsonl, text: body}]}\n"
        "    - {label: b, value: [&b {use: jsonl, path: more.jsonl, text: body}]}\n"
        "    - {label: a+b, value: [*a, *b]}\n",
    )
    a, b, both = ({stage.id: stage.fingerprint for stage in m.plan.stages} for m in made.members)
    assert (both["documents.0"], both["documents.1"]) == (a["documents.0"], b["documents.0"])


def test_a_list_of_grids_is_their_union(folder: Path, registry: Registry) -> None:
    made = sweep(
        folder,
        registry,
        "  - {tuning.lora.r: [8, 16], tuning.lora.learning_rate: [1.0e-3]}\n"
        "  - tuning.0: [{label: full, value: {id: lora, use: full}}]\n",
    )
    assert names(made) == ["r=8,learning_rate=0.001", "r=16,learning_rate=0.001", "full"]


def test_what_lies_further_out_is_set_first_whatever_the_order(
    folder: Path, registry: Registry
) -> None:
    made = sweep(
        folder,
        registry,
        "  tuning.0.max_steps: [10, 20]\n"
        "  tuning.0: [{label: full, value: {id: lora, use: full}}]\n",
    )
    steps = [member.plan.recipe.tuning[0] for member in made.members]
    assert [(step.use, step.settings["max_steps"]) for step in steps] == [
        ("full", 10),
        ("full", 20),
    ]


def test_names_are_as_short_as_they_can_be_and_names_of_folders(
    folder: Path, registry: Registry
) -> None:
    made = sweep(
        folder,
        registry,
        "  tuning.lora.max_steps: [5]\n  tuning.second.max_steps: [7]\n"
        "  base_model.path: ['builtin:tiny']\n  tuning.lora.rslora: [true]\n",
    )
    assert names(made) == ["lora.max_steps=5,second.max_steps=7,path=builtin-tiny,rslora=true"]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("  tuning.lora.rr: [8]\n", "15:20: tuning.0.rr: unknown key; did you mean 'r'?"),
        ("  sede: [1]\n", "15:10: sede: unknown key; did you mean 'seed'?"),
        ("  tunning.lora.r: [1]\n", "15:20: tunning: unknown key; did you mean 'tuning'?"),
        ("  tuning.lara.r: [1]\n", "has no entry lara; did you mean 'lora'?"),
        ("  tuning.lora.r: 8\n", "15:3: sweep.tuning.lora.r: must be a list of values"),
        ("  tuning.lora.r: []\n", "must be a list of values"),
        ("  tuning.0: [{use: full}]\n", "15:14: sweep.tuning.0.0: a value of several parts needs"),
        ("  tuning.0: [{label: a/b, value: 1}]\n", "label: must be letters, digits"),
        ("  tuning.0: [{label: a}]\n", "value: is required"),
        ("  prompt: [한글]\n", "'한글' cannot be the name of a folder"),
        ("  seed: [1, 1]\n", "15:13: sweep.seed.1: two values are called 1"),
        ("  name: [a]\n", "cannot be swept: all variants are one run"),
        ("  compare.test: [wilcoxon]\n", "cannot be swept: one table compares all variants"),
        ("  tuning.0.r: [1]\n  tuning.lora.r: [2]\n", "is the same field as tuning.0.r"),
        ("  - {seed: [1]}\n  - {seed: [1]}\n", "2 variants are named seed=1"),
        ("  - seed\n", "must be a mapping of fields to lists"),
        ("  seed: [" + ", ".join(map(str, range(1001))) + "]\n", "1,001 variants; at most 1,000"),
        ("  seed: [{label: plan.json, value: 1}]\n", "name of a file of the run"),
    ],
)
def test_a_sweep_that_cannot_be_says_where_and_why(
    folder: Path, registry: Registry, fields: str, expected: str
) -> None:
    (mistake,) = mistakes(folder, registry, fields)
    assert expected in mistake


def test_mistakes_of_all_variants_come_at_once_each_with_its_place_and_variants(
    folder: Path, registry: Registry
) -> None:
    found = mistakes(
        folder,
        registry,
        "  base_model.path:\n    - builtin:tiny\n    - builtin:tinny\n  tuning.lora.r: [8, -1]\n",
        "tuning.second.alpa=3",
    )
    assert [m for m in found if "there is no" in m] == [
        "17:7: base_model.path: there is no built-in model 'tinny'; did you mean builtin:tiny? "
        "(variants path=builtin-tinny,r=8; path=builtin-tinny,r=-1)"
    ]
    (rank,) = (m for m in found if ".r:" in m)
    assert rank.startswith("18:22: tuning.0.r: input should be greater than or equal to 1, not -1 ")
    (everywhere,) = (m for m in found if "alpa" in m)
    assert "variant" not in everywhere
    assert len(found) == 3


def test_mistakes_outside_a_sweep_that_cannot_be_read_are_told_with_it(
    folder: Path, registry: Registry
) -> None:
    (folder / "recipe.yaml").write_text(
        RECIPE.replace("use: multiple-choice", "use: multiple").replace("r: 8", "rr: 8")
        + "  tuning.lora.r: 8\n"
    )
    with pytest.raises(RecipeError) as raised:
        make_sweep(read_recipe(folder / "recipe.yaml"), registry)
    paths = [mistake.path for mistake in raised.value.mistakes]
    assert paths == ["evaluators.0.use", "sweep.tuning.lora.r"]


def test_missing_files_of_some_variants_end_with_the_code_for_data(
    folder: Path, registry: Registry
) -> None:
    with pytest.raises(RecipeError) as raised:
        sweep(folder, registry, "  documents.0.path: [rows.jsonl, gone.jsonl]\n")
    assert raised.value.exit_code == ExitCode.DATA
    assert "(variant path=gone.jsonl)" in str(raised.value)


def test_an_option_for_a_swept_field_is_refused_and_one_for_another_counts_for_all(
    folder: Path, registry: Registry
) -> None:
    fields = "  tuning.lora.r: [8, 16]\n"
    (clash,) = mistakes(folder, registry, fields, "tuning.0.r=4")
    assert "is swept, and set by --set tuning.0.r=4" in clash
    made = sweep(folder, registry, fields, "tuning.0.max_steps=7")
    assert {m.plan.recipe.tuning[0].settings["max_steps"] for m in made.members} == {7}


def test_an_option_can_change_the_sweep_or_take_it_out(folder: Path, registry: Registry) -> None:
    fields = "  tuning.lora.r: [8, 16]\n"
    assert names(sweep(folder, registry, fields, "sweep={seed: [4, 5]}")) == ["seed=4", "seed=5"]
    (wrong,) = mistakes(folder, registry, fields, "sweep={tuning.lora.r: [-3]}")
    assert wrong.startswith("--set sweep={tuning.lora.r: [-3]}: tuning.0.r:")
    file = folder / "recipe.yaml"
    assert isinstance(plan_recipe(read_recipe(file, ["sweep={}"]), registry), Plan)


def test_one_variant_can_be_planned_alone(folder: Path, registry: Registry) -> None:
    made = sweep(folder, registry, "  tuning.lora.r: [8, 16]\n")
    alone = plan_recipe(made.source, registry, "r=16")
    assert isinstance(alone, Plan)
    assert alone.fingerprint == made.members[1].plan.fingerprint
    with pytest.raises(RecipeError, match="no variant is named r=17; did you mean 'r=16'"):
        plan_recipe(made.source, registry, "r=17")
    without = read_recipe(folder / "recipe.yaml", ["sweep={}"])
    with pytest.raises(RecipeError, match="this recipe has no `sweep:`"):
        plan_recipe(without, registry, "r=16")


def test_a_sweep_is_never_planned_as_if_it_were_one_recipe(
    folder: Path, registry: Registry
) -> None:
    made = sweep(folder, registry, "  tuning.lora.r: [8, 16]\n")
    with pytest.raises(RecipeError, match="choose one with --variant"):
        make_plan(made.source, registry)


def test_a_file_is_hashed_once_for_all_variants_and_anew_for_the_next_plan(
    folder: Path, registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[Path] = []

    def counted(path: Path) -> str:
        hashed.append(path)
        return sha256(path)

    sha256 = files.sha256_of_file
    monkeypatch.setattr(files, "sha256_of_file", counted)
    first = sweep(folder, registry, "  seed: [1, 2, 3]\n")
    assert hashed == [folder / "rows.jsonl"]
    (folder / "rows.jsonl").write_text('{"body": "other", "name": "Eve"}\n')
    assert sweep(folder, registry, "  seed: [1, 2, 3]\n").fingerprint != first.fingerprint


VALUES = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text())


@given(st.dictionaries(st.text(max_size=12), st.lists(VALUES, max_size=3), max_size=3))
def test_any_sweep_is_planned_or_refused_as_a_mistake(grid: dict[str, list[object]]) -> None:
    from byeori.plan.variants import variants_of
    from byeori.recipe import RecipeSource

    source = RecipeSource(
        Path("r.yaml"), "", {"name": "x", "tuning": [{"use": "a"}], "sweep": grid}
    )
    try:
        variants = variants_of(source)
    except RecipeError as error:
        assert error.mistakes
        return
    assert len({variant.name for variant in variants}) == len(variants) > 0
    assert not any("/" in variant.name or variant.name.startswith(".") for variant in variants)
