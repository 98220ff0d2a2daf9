import json
from pathlib import Path
from typing import Any

import pytest

from byeori import Context, DataError, Example
from byeori.bulk import Rows, with_id
from byeori.review.subject import BEFORE
from byeori_plugins.filters.reviewed import Reviewed, ReviewedConfig

ROWS = [
    with_id(Example(instruction=f"질문 {n}", output=f"답 {n}", document_id="d")) for n in range(5)
]


def applied(tmp_path: Path, lines: list[dict[str, Any]], **settings: str) -> Any:
    path = tmp_path / "by-hand.jsonl"
    path.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    output = tmp_path / "output"
    output.mkdir(exist_ok=True)
    said: list[Any] = []
    context = Context("filters.0", 1, output, tmp_path, on_reject=said.append)
    config = ReviewedConfig.model_validate({"path": path, **settings})
    kept = list(Reviewed(config).keep(iter(ROWS), context))
    return kept, {reject.where: reject.reason for reject in said}


def line(number: int, verdict: str | None, reviewer: str = "kim", **more: Any) -> dict[str, Any]:
    return {"example": ROWS[number].id, "verdict": verdict, "reviewer": reviewer, **more}


def test_accepted_stay_rejected_go_and_edited_have_their_new_texts(tmp_path: Path) -> None:
    lines = [line(0, "accept"), line(1, "reject"), line(2, "edit", output="고친 답", note="오역")]
    kept, dropped = applied(tmp_path, lines)
    assert kept[0] == ROWS[0]
    assert dropped == {ROWS[1].id: "rejected in review"}
    assert (kept[1].instruction, kept[1].output) == ("질문 2", "고친 답")
    assert kept[1].metadata["review"] == {
        "of": ROWS[2].id,
        "by": ["kim"],
        "before": {"output": "답 2"},
        "note": "오역",
    }
    assert kept[2:] == ROWS[3:]
    before = Rows(tmp_path / "output" / BEFORE, Example)
    assert list(before) == ROWS


def test_what_is_undecided_flagged_or_disputed_is_kept_or_dropped_as_the_recipe_says(
    tmp_path: Path,
) -> None:
    lines = [
        line(0, "flag"),
        line(1, "accept"),
        line(1, "reject", "lee"),
        line(2, "edit", output="x"),
        line(2, "edit", "lee", output="y"),
        line(3, "accept"),
        line(3, "reject", "lee"),
        line(3, "edit", "park", role="adjudicator", output="z"),
    ]
    kept, dropped = applied(tmp_path, lines, undecided="drop")
    assert [row.output for row in kept] == ["z"]
    assert dropped == {
        ROWS[0].id: "flagged in review",
        ROWS[1].id: "reviewers disagree",
        ROWS[2].id: "reviewers disagree",
        ROWS[4].id: "not reviewed",
    }
    kept, dropped = applied(tmp_path, lines, flagged="keep", disputed="keep")
    assert len(kept) == 5
    assert dropped == {}


def test_texts_corrected_by_hand_elsewhere_need_no_verdict_and_no_name(tmp_path: Path) -> None:
    lines = [
        {"example": ROWS[0].id, "output": "손으로 고침"},
        {"example": ROWS[1].id, "output": "답 1"},
    ]
    kept, _ = applied(tmp_path, lines, undecided="drop")
    assert [row.output for row in kept] == ["손으로 고침"]
    assert kept[0].metadata["review"]["by"] == ["by-hand"]


def test_a_line_that_is_no_decision_is_named_with_its_number(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"by-hand\.jsonl:2: the verdict is one of"):
        applied(tmp_path, [line(0, "accept"), line(1, "perhaps")])
    with pytest.raises(DataError, match=r"by-hand\.jsonl:1: not a decision"):
        applied(tmp_path, [{"id": "x"}])
