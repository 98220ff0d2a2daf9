"""Model cards: what the hub reads, the true licences, and nothing that is not known."""

import dataclasses

import pytest
from huggingface_hub import ModelCard
from hypothesis import given
from hypothesis import strategies as st

from byeori.report import Provenance, Report, TuningSummary, make_headline, model_card
from byeori.report.card import licence_statement

BARE = Provenance(byeori_version="0.1.0", seed=1, base_model="builtin:tiny")


def card_of(report: Report, **changes: object) -> ModelCard:
    provenance = dataclasses.replace(report.provenance, **changes)
    changed = dataclasses.replace(report, provenance=provenance)
    return ModelCard(model_card(changed, "lora", library_name="peft"))


def test_the_hub_reads_the_scores_with_their_intervals(report: Report) -> None:
    data = card_of(report).data
    mine = [c for c in report.comparisons if c.model == "lora" and not c.unreliable]
    found = {(r.dataset_type, r.metric_type): r for r in data.eval_results}
    assert found.keys() == {(c.evaluator, c.metric) for c in mine}
    for c in mine:
        result = found[c.evaluator, c.metric]
        assert result.metric_value == pytest.approx(c.tuned.value, abs=1e-6)
        assert result.metric_args["interval"] == pytest.approx(
            [c.tuned.low, c.tuned.high], abs=1e-6
        )
        assert result.metric_args["baseline"]["interval"][0] == pytest.approx(
            c.baseline.low, abs=1e-6
        )
    assert data.library_name == "peft"
    assert data.language == ["en", "ko"]


def test_a_card_speaks_of_its_own_model_only(report: Report) -> None:
    text = model_card(report, "ia3")
    mine = make_headline([c for c in report.comparisons if c.model == "ia3"])
    assert mine.title.replace("\u00a0", " ") in text
    assert "lora" not in text.split("## Data")[0]


def test_a_card_says_where_its_model_is_worse(report: Report) -> None:
    lower = [
        dataclasses.replace(c, test=dataclasses.replace(c.test, significant=True))
        for c in report.comparisons
        if (c.model, c.evaluator) == ("lora", "other-facts")
    ]
    card = model_card(dataclasses.replace(report, comparisons=tuple(lower)), "lora")
    assert "- Worse than base on other-facts accuracy." in card


def test_an_unknown_licence_is_called_unknown_and_a_freer_one_is_never_named(
    report: Report,
) -> None:
    card = card_of(report)
    assert (card.data.license, card.data.license_name) == ("other", "base-and-documents-see-card")
    assert "- 18 documents: unknown licence" in card.text
    assert "The licence of some documents is unknown." in card.text
    assert card_of(report, base_licence="").data.license == "unknown"
    clean = card_of(report, licences={"CC0-1.0": 1, "Apache-2.0": 4})
    assert (clean.data.license, clean.data.license_name) == ("apache-2.0", None)
    own = card_of(report, base_licence="Some licence", licences={})
    assert (own.data.license, own.data.license_name) == ("other", "some-licence")


@given(
    st.sampled_from(["", "apache-2.0", "llama3.2", "House rules"]),
    st.lists(st.sampled_from(["", "CC-BY-NC-4.0", "CC0-1.0", "Apache-2.0"]), max_size=4),
)
def test_a_licence_is_only_named_where_all_others_are_known_to_allow_it(
    base: str, documents: list[str]
) -> None:
    licences = dict.fromkeys(documents, 1)
    found = licence_statement(dataclasses.replace(BARE, base_licence=base, licences=licences))
    named = found.identifier not in ("unknown", "other")
    if named:
        assert found.identifier == base
        assert {name.lower() for name in licences} <= {base, "cc0-1.0"}
    if "" in licences and base:
        assert found.identifier == "other"
        assert "an unknown licence" in found.reason


def test_a_base_and_data_of_the_hub_are_named_with_their_ids(report: Report) -> None:
    source = dataclasses.replace(
        report.provenance.sources[0], origins={f"owner/set@{'a' * 40}[train]": 118}
    )
    card = card_of(report, base_model="owner/base", base_revision="b" * 40, sources=(source,))
    assert card.data.base_model == "owner/base"
    assert card.data.datasets == ["owner/set"]
    assert card_of(report).data.base_model is None


def test_folders_of_this_machine_are_not_in_the_card(report: Report) -> None:
    text = card_of(report, base_model="/home/somebody/models/base").content
    assert "/home/somebody" not in text
    assert "base, tuned by lora" in text


def test_texts_in_a_card_are_inert(report: Report) -> None:
    evil = "| x <img src=x onerror=1> [a](javascript:1)\n# b"
    tuning = dataclasses.replace(report.tunings[0], method=evil)
    card = model_card(dataclasses.replace(report, name=evil, tunings=(tuning,)), "lora")
    body = ModelCard(card).text
    assert "<img" not in body
    assert "[a](" not in body
    assert sum(line.startswith("# ") for line in body.split("## Recipe")[0].splitlines()) == 1


def test_items_that_could_not_be_scored_make_no_result(report: Report) -> None:
    first = dataclasses.replace(report.comparisons[0], dropped=20, unscored_tuned=20)
    changed = dataclasses.replace(report, comparisons=(first, *report.comparisons[1:]))
    card = ModelCard(model_card(changed, "lora"))
    scored = {(r.dataset_type, r.metric_type) for r in card.data.eval_results}
    assert (first.evaluator, first.metric) not in scored
    assert "20 of 170 items of choice accuracy could not be scored: no result." in card.text


def test_a_model_that_the_run_did_not_make_has_no_card(report: Report) -> None:
    with pytest.raises(KeyError, match="other"):
        model_card(report, "other")


def test_a_model_that_was_not_compared_says_so(report: Report) -> None:
    alone = Report(
        name="alone",
        headline=make_headline([]),
        provenance=BARE,
        tunings=(TuningSummary(id="full", method="full", config={}),),
    )
    card = ModelCard(model_card(alone, "full"))
    assert card.data.eval_results is None
    assert "Nothing is known about how this model compares with its base." in card.text
    assert card.data.license == "unknown"
