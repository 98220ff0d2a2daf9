from collections.abc import Iterable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from byeori import Config, Context, Document, Filter, RecipeError, hookimpl
from byeori.export.subject import recipe_decoding
from byeori.plan import Plan, make_plan
from byeori.plugins import Registry
from byeori.recipe import read_recipe
from byeori.run.record import plan_as_json
from byeori.testing import registry_of

RECIPE = """\
name: exam
base_model: {path: builtin:tiny}
prompt: alpaca
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
"""


@pytest.fixture(scope="module")
def registry() -> Registry:
    return registry_of()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "rows.jsonl").write_text('{"body": "text", "name": "Ada"}\n')
    return tmp_path


def plan(folder: Path, registry: Registry, text: str = RECIPE, *options: str) -> Plan:
    file = folder / "recipe.yaml"
    file.write_text(text, encoding="utf-8")
    return make_plan(read_recipe(file, options), registry)


def mistakes(folder: Path, registry: Registry, text: str, *options: str) -> list[str]:
    with pytest.raises(RecipeError) as raised:
        plan(folder, registry, text, *options)
    return [str(mistake) for mistake in raised.value.mistakes]


@pytest.mark.parametrize(
    ("evaluator", "settings"),
    [
        ("generated-answers", "num_beams=4 max_new_tokens=400 stop=[x] normalise=squad"),
        ("multiple-choice", "scoring=letters prompt=plain permutations=4 description=Think."),
        ("multiple-choice", "normalise=characters"),
        ("perplexity", "window=64 stride=8 units=[nats-per-token]"),
    ],
)
def test_how_items_are_asked_makes_scores_again_and_nothing_else(
    folder: Path, registry: Registry, evaluator: str, settings: str
) -> None:
    options = [f"evaluators.0.use={evaluator}", "evaluators.0.id=exam"]
    before = plan(folder, registry, RECIPE, *options)
    changed = (f"evaluators.0.{setting}" for setting in settings.split())
    after = plan(folder, registry, RECIPE, *options, *changed)
    again = [s.id for s in after.stages if s.fingerprint != before.by_id[s.id].fingerprint]
    assert again == ["scores.exam.base", "scores.exam.lora", "scores.exam.second"]
    limited = plan(folder, registry, RECIPE, *options, "evaluators.0.limit=3")
    assert limited.by_id["lora"].fingerprint != before.by_id["lora"].fingerprint


def test_what_a_judge_asks_makes_answers_again_and_trains_nothing(
    folder: Path, registry: Registry
) -> None:
    judge = "{use: judge, id: judge, rubric: kullm, model: {name: m, base_url: 'http://localhost'}}"
    before = plan(folder, registry, RECIPE, f"evaluators.0={judge}")
    after = plan(folder, registry, RECIPE, f"evaluators.0={judge}", "evaluators.0.num_beams=4")
    again = [s.id for s in after.stages if s.fingerprint != before.by_id[s.id].fingerprint]
    kinds = [
        f"{kind}.judge.{m}" for kind in ("answers", "scores") for m in ("base", "lora", "second")
    ]
    assert again == kinds


def test_the_record_of_a_run_keeps_how_items_were_asked(folder: Path, registry: Registry) -> None:
    asked = "{use: generated-answers, id: exam, num_beams: 4, max_new_tokens: 400}"
    record = plan_as_json(plan(folder, registry, RECIPE, f"evaluators.0={asked}"))
    told = {s["id"]: s["components"][0]["config"] for s in record["stages"] if ".exam" in s["id"]}
    assert {config["num_beams"] for config in told.values()} == {4}
    decoding = recipe_decoding(record)  # what an export says of its answers
    assert (decoding.num_beams, decoding.max_new_tokens) == (4, 400)


def test_stages_come_in_the_order_the_data_flows(folder: Path, registry: Registry) -> None:
    assert [stage.id for stage in plan(folder, registry).stages] == [
        "documents.0",
        "documents",
        "examples.0",
        "examples",
        "split",
        "items.multiple-choice",
        "training",
        "lora",
        "second",
        "scores.multiple-choice.base",
        "scores.multiple-choice.lora",
        "scores.multiple-choice.second",
    ]


def test_all_mistakes_are_reported_at_once_with_place_and_suggestion(
    folder: Path, registry: Registry
) -> None:
    text = (
        RECIPE.replace("use: jsonl", "use: jsnol")
        .replace("r: 8", "r: eight, alhpa: 3")
        .replace("from: lora", "from: lroa")
        .replace("prompt: alpaca", "prompt: alpacca")
        .replace("builtin:tiny", "builtin:tinny")
        .replace("evaluators:", "evalutors: []\nevaluators:")
    )
    found = mistakes(folder, registry, text)
    for place, message in [
        (":2:14: base_model.path", "did you mean builtin:tiny"),
        (":3:1: prompt", "did you mean 'alpaca'"),
        (":5:6: documents.0.use", "did you mean 'jsonl'"),
        (":11:17: tuning.0.r", "not 'eight'"),
        (":11:27: tuning.0.alhpa", "did you mean 'alpha'"),
        (":12:28: tuning.1.from", "did you mean 'lora'"),
        (":13:1: evalutors", "did you mean 'evaluators'"),
    ]:
        assert any(place in line and message in line for line in found), (place, found)
    assert len(found) == 7


def test_a_stage_cannot_start_from_one_that_comes_later(folder: Path, registry: Registry) -> None:
    text = RECIPE.replace("{use: lora, r: 8}", "{use: lora, r: 8, from: second}").replace(
        ", from: lora}", "}"
    )
    (line,) = mistakes(folder, registry, text)
    assert "tuning.0.from: 'second' does not come before this stage" in line


def test_two_entries_of_one_name_are_refused(folder: Path, registry: Registry) -> None:
    (line,) = mistakes(folder, registry, RECIPE.replace("id: second", "id: lora, use: lora} #"))
    assert "two entries are named 'lora'" in line


def test_a_missing_file_is_a_data_mistake_with_a_suggestion(
    folder: Path, registry: Registry
) -> None:
    with pytest.raises(RecipeError, match=r"did you mean 'rows\.jsonl'") as raised:
        plan(folder, registry, RECIPE.replace("rows.jsonl", "row.jsonl"))
    assert raised.value.exit_code == 4


def test_paths_are_relative_to_the_recipe_and_from_set_to_the_working_directory(
    folder: Path, registry: Registry, tmp_path_factory: pytest.TempPathFactory, monkeypatch: Any
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "mine.jsonl").write_text('{"body": "b", "name": "c"}\n')
    monkeypatch.chdir(elsewhere)
    by_recipe = plan(folder, registry).by_id["documents.0"].use().config
    by_option = plan(folder, registry, RECIPE, "documents.0.path=mine.jsonl")
    assert by_recipe.path == folder / "rows.jsonl"  # type: ignore[attr-defined]
    config = by_option.by_id["documents.0"].use().config
    assert config.path == elsewhere / "mine.jsonl"  # type: ignore[attr-defined]


def test_a_component_of_another_kind_is_named_as_what_it_is(
    folder: Path, registry: Registry
) -> None:
    (line,) = mistakes(
        folder, registry, RECIPE.replace("use: jsonl, path: rows.jsonl, text: body", "use: lora")
    )
    assert "lora is a tuning, not a source or filter" in line


class DocumentFilter(Filter[Config]):
    """Keeps every document."""

    name = "all"
    applies_to = "documents"

    def keep(self, examples: Iterable[Document], context: Context) -> Iterator[Document]:
        yield from examples


def filters_of_documents() -> list[type[DocumentFilter]]:
    return [DocumentFilter]


def test_a_document_filter_under_filters_is_refused_at_plan_time(folder: Path) -> None:
    plugin = SimpleNamespace(byeori_filters=hookimpl(filters_of_documents))
    text = RECIPE.replace("tuning:\n", "filters:\n  - {use: mine/all}\ntuning:\n")
    (line,) = mistakes(folder, registry_of(mine=plugin), text)
    assert "mine/all works on documents; write it under `documents:`" in line


def test_only_what_depends_on_a_change_gets_another_fingerprint(
    folder: Path, registry: Registry
) -> None:
    before = plan(folder, registry)
    after = plan(folder, registry, RECIPE, "tuning.1.learning_rate=0.5")
    changed = {s.id for s in before.stages if after.by_id[s.id].fingerprint != s.fingerprint}
    assert changed == {"second", "scores.multiple-choice.second"}


def test_a_changed_file_changes_what_depends_on_it(folder: Path, registry: Registry) -> None:
    before = plan(folder, registry)
    (folder / "rows.jsonl").write_text('{"body": "other", "name": "Ada"}\n')
    after = plan(folder, registry)
    assert before.by_id["documents.0"].fingerprint != after.by_id["documents.0"].fingerprint
    assert before.by_id["scores.multiple-choice.base"].fingerprint != (
        after.by_id["scores.multiple-choice.base"].fingerprint
    )


def test_a_plugin_that_does_not_load_stops_only_recipes_that_use_it(folder: Path) -> None:
    def broken() -> list[type]:
        raise RuntimeError("no licence")

    broken.__name__ = "byeori_filters"
    registry = registry_of(sick=SimpleNamespace(byeori_filters=hookimpl(broken)))
    plan(folder, registry)
    with pytest.raises(
        RecipeError, match=r"plugin 'sick' \(testing 0\) failed to load: .*no licence"
    ) as raised:
        plan(
            folder, registry, RECIPE.replace("tuning:\n", "filters:\n  - {use: sick/x}\ntuning:\n")
        )
    assert raised.value.exit_code == 5


@pytest.mark.parametrize(
    ("option", "first"),
    [("seed=7", "documents.0"), ("prompt=alpaca-ko", "lora"), ("split.test=0.2", None)],
)
def test_seed_and_prompt_are_part_of_what_depends_on_them(
    folder: Path, registry: Registry, option: str, first: str | None
) -> None:
    options = [option, *(["split.train=0.7"] if first is None else [])]
    before, after = plan(folder, registry), plan(folder, registry, RECIPE, *options)
    changed = [s.id for s in before.stages if after.by_id[s.id].fingerprint != s.fingerprint]
    assert changed[0] == (first or "split")
    assert "lora" in changed
    assert "scores.multiple-choice.base" in changed


def test_another_base_model_changes_tuning_and_scores_and_not_the_data(
    folder: Path, registry: Registry
) -> None:
    for name in ("one", "other"):
        (folder / name).mkdir()
        for file in ("config.json", "tokenizer.json", "model.safetensors"):
            (folder / name / file).write_text(name)
    plans = [plan(folder, registry, RECIPE.replace("builtin:tiny", n)) for n in ("one", "other")]
    changed = [s.id for s in plans[0].stages if plans[1].by_id[s.id].fingerprint != s.fingerprint]
    assert changed == [s.id for s in plans[0].stages if s.kind in ("tuning", "scores")]


def test_a_rule_of_the_core_that_changes_runs_again_what_it_governs(
    folder: Path, registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    from byeori.plan import build

    before = plan(folder, registry)
    monkeypatch.setitem(build.RULES, "training", 99)
    after = plan(folder, registry)
    changed = {s.id for s in before.stages if after.by_id[s.id].fingerprint != s.fingerprint}
    assert {"training", "lora"} <= changed
    assert "split" not in changed


def test_how_answers_are_fetched_changes_no_fingerprint(folder: Path, registry: Registry) -> None:
    asking = RECIPE.replace(
        "tuning:\n",
        "  - {use: question-answer, model: {name: m, base_url: 'http://127.0.0.1:9/v1'}}\ntuning:\n",
    )
    before = plan(folder, registry, asking).by_id["examples.1"].fingerprint
    same = plan(folder, registry, asking, "examples.1.model.concurrency=3")
    other = plan(folder, registry, asking, "examples.1.model.temperature=1")
    assert same.by_id["examples.1"].fingerprint == before
    assert other.by_id["examples.1"].fingerprint != before


def test_step_ids_have_no_dots(folder: Path, registry: Registry) -> None:
    lines = mistakes(folder, registry, RECIPE.replace("id: second", "id: items.multiple-choice"))
    assert any("tuning.1.id" in line for line in lines)


def test_the_core_keeps_paths_in_lists_relative_to_the_recipe(tmp_path: Path) -> None:
    class Files(Config):
        files: list[Path]

    found = Files.model_validate({"files": ["a", "/b"]}, context={"folder": tmp_path})
    assert found.files == [tmp_path / "a", Path("/b")]


MERGE = RECIPE.replace(
    "evaluators:", "  - {id: both, use: merge, models: [lora, second]}\nevaluators:"
)


def test_a_stage_that_merges_needs_those_it_merges_in_their_order(
    folder: Path, registry: Registry
) -> None:
    made = plan(folder, registry, MERGE).by_id["both"]
    assert made.inputs == ("training", "documents", "lora", "second")
    assert made.use().models == ("lora", "second")
    turned = plan(folder, registry, MERGE.replace("[lora, second]", "[second, lora]"))
    assert turned.by_id["both"].fingerprint != made.fingerprint


def test_renaming_a_merged_stage_makes_nothing_again(folder: Path, registry: Registry) -> None:
    made = plan(folder, registry, MERGE).by_id["both"]
    renamed = plan(folder, registry, MERGE.replace("second", "other")).by_id["both"]
    assert renamed.fingerprint == made.fingerprint


def test_another_number_of_weights_than_models_is_a_mistake(
    folder: Path, registry: Registry
) -> None:
    text = MERGE.replace("second]}", "second], weights: [1, 2, 3]}")
    (line,) = mistakes(folder, registry, text)
    assert "tuning.2" in line and "3 weights for 2 models; give one for each" in line


@pytest.mark.parametrize(
    ("models", "place", "message"),
    [
        ("[lora, secnd]", ":13:43: tuning.2.models.1", "did you mean 'second'?"),
        ("[lora, both]", ":13:43: tuning.2.models.1", "does not come before this stage"),
        ("[lora, lora]", ":13:43: tuning.2.models.1", "'lora' is named twice"),
        ("[lora]", ":13:28: tuning.2.models", "merge needs at least 2 models under `models:`"),
        ("lora", ":13:28: tuning.2.models", "list"),
    ],
)
def test_a_mistake_in_models_is_found_with_its_place(
    models: str, place: str, message: str, folder: Path, registry: Registry
) -> None:
    found = mistakes(folder, registry, MERGE.replace("[lora, second]", models))
    assert any(place in line and message in line for line in found), found


def test_a_method_that_takes_one_model_refuses_several(folder: Path, registry: Registry) -> None:
    text = RECIPE.replace("use: ia3, from: lora", "use: ia3, models: [lora]")
    (line,) = mistakes(folder, registry, text)
    assert "tuning.1.models: ia3 takes one model; give it as `from:`" in line


def test_an_adapter_is_continued_only_from_another_stage(folder: Path, registry: Registry) -> None:
    text = RECIPE.replace("use: ia3, from: lora", "use: ia3, continue_adapter: true")
    (line,) = mistakes(folder, registry, text)
    assert "tuning.1" in line and "needs a stage that trained an adapter: add `from:`" in line


@pytest.mark.parametrize(
    ("keep", "messages"),
    [("[Korean]", ["'Korean' is no language code"]), ("[]", ["must have at least one entry"])],
)
def test_a_list_with_a_wrong_entry_is_not_called_empty_as_well(
    folder: Path, registry: Registry, keep: str, messages: list[str]
) -> None:
    text = RECIPE.replace("tuning:", f"filters: [{{use: language, keep: {keep}}}]\ntuning:")
    lines = mistakes(folder, registry, text)
    assert [message in line for message, line in zip(messages, lines, strict=True)] == [True]


def test_an_unknown_choice_in_a_list_is_one_mistake(folder: Path, registry: Registry) -> None:
    text = RECIPE.replace("tuning:", "filters: [{use: language, keep: [ko], of: [text]}]\ntuning:")
    (line,) = mistakes(folder, registry, text)
    assert "filters.0.of.0" in line
