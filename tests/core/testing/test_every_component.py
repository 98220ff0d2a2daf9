"""Every component that is installed keeps the contract that third parties are asked to keep."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from byeori import Document
from byeori.models import resolve_base
from byeori.plugins import ComponentEntry, discover
from byeori.testing import (
    check_data_source,
    check_evaluator,
    check_filter,
    check_instruction_generator,
    check_plugin,
    check_tuning_method,
    sample_documents,
    sample_examples,
)

PLUGINS = discover().plugins
ENTRIES = {entry.name: entry for plugin in PLUGINS for entry in plugin.components}

ROWS = [{"text": f"Row {n} says {n * n}.", "title": f"Row {n}", "n": n} for n in range(5)]
AWARD = {
    "company": "Arlen Optics", "award_title": "A smaller star tracker", "agency": "NASA",
    "branch": "", "phase": "Phase I", "program": "SBIR", "contract": "NNX00AA01C",
    "award_year": 2008, "award_amount": 99_000.0, "agency_tracking_number": "T1",
    "research_keywords": "optics, stars", "abstract": "We build a star tracker. It weighs little.",
}  # fmt: skip


def jsonl(folder: Path) -> dict[str, Any]:
    path = folder / "rows.jsonl"
    path.write_text("\n".join(map(json.dumps, ROWS)), encoding="utf-8")
    return {"path": path}


def whole_json(folder: Path) -> dict[str, Any]:
    (folder / "rows.json").write_text(json.dumps(ROWS), encoding="utf-8")
    return {"path": folder / "rows.json"}


def csv(folder: Path) -> dict[str, Any]:
    lines = ["text,title,n", *(f"{row['text']},{row['title']},{row['n']}" for row in ROWS)]
    (folder / "rows.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return {"path": folder / "rows.csv"}


def parquet(folder: Path) -> dict[str, Any]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.Table.from_pylist(ROWS), folder / "rows.parquet")
    return {"path": folder / "rows.parquet"}


def text(folder: Path) -> dict[str, Any]:
    (folder / "texts").mkdir()
    for row in ROWS:
        (folder / "texts" / f"{row['n']}.md").write_text(f"# {row['title']}\n\n{row['text']}\n")
    return {"path": folder / "texts"}


def huggingface(folder: Path) -> dict[str, Any]:
    from datasets import Dataset, DatasetDict

    DatasetDict({"train": Dataset.from_list(ROWS)}).save_to_disk(folder / "saved")
    return {"folder": folder / "saved"}


def awards(folder: Path) -> dict[str, Any]:
    rows = [
        {**AWARD, "contract": f"NNX00AA0{n}C", "abstract": f"{n} mirrors. " * 12} for n in (1, 2)
    ]
    (folder / "awards.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return {"path": folder / "awards.jsonl"}


def alpaca(folder: Path) -> dict[str, Any]:
    rows = [{"instruction": f"Square {n}.", "input": "", "output": str(n * n)} for n in range(4)]
    (folder / "alpaca.json").write_text(json.dumps(rows), encoding="utf-8")
    return {"path": folder / "alpaca.json", "language": "en"}


def inferences(folder: Path) -> dict[str, Any]:
    rows = [
        {"premise": f"{n} is even.", "hypothesis": f"{n} is a number.", "label": "entailment"}
        for n in range(0, 8, 2)
    ]
    (folder / "nli.json").write_text(json.dumps(rows), encoding="utf-8")
    return {"path": folder / "nli.json", "language": "en"}


def decisions(folder: Path) -> dict[str, Any]:
    rejected, edited = (row.id for row in sample_examples()[:2])
    rows = [
        {"example": rejected, "verdict": "reject", "reviewer": "kim"},
        {"example": edited, "verdict": "edit", "reviewer": "kim", "output": "Better."},
    ]
    (folder / "decisions.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return {"path": folder / "decisions.jsonl"}


def pdf(folder: Path) -> dict[str, Any]:
    from fpdf import FPDF

    made = FPDF()
    for row in ROWS:
        made.add_page()
        made.set_font("Helvetica", size=10)
        made.set_y(100)  # what stands at the edge of every page is no text
        made.multi_cell(0, 5, f"{row['text']} And it says so for the whole of a page.")
    (folder / "rows.pdf").write_bytes(bytes(made.output()))
    return {"path": folder / "rows.pdf", "per": "page"}


def html(folder: Path) -> dict[str, Any]:
    text = "".join(
        f"<h2>{row['title']}</h2><p>{row['text']} {'It does. ' * 20}</p>" for row in ROWS
    )
    page = f"<html lang='en'><body><article><h1>Rows</h1>{text}</article></body></html>"
    (folder / "rows.html").write_text(page, encoding="utf-8")
    return {"path": folder / "rows.html", "per": "section"}


FEED = """<feed xmlns="http://www.w3.org/2005/Atom" xmlns:o="http://a9.com/-/spec/opensearch/1.1/">
<o:totalResults>1</o:totalResults><entry><id>http://arxiv.org/abs/2101.00001v1</id>
<title>Salt</title><summary>We study salt.</summary></entry></feed>"""
WORK = {
    "id": "https://openalex.org/W1", "title": "Salt", "language": "en",
    "abstract_inverted_index": {"We": [0], "study": [1], "salt.": [2]},
}  # fmt: skip
NTRS = {
    "stats": {"total": 1},
    "results": [{"id": 1, "title": "Salt", "abstract": "We study salt."}],
}
PROJECT = {"project": {"projectId": 7, "title": "Salt", "description": "We study salt."}}
PREPRINT = {"id": "1", "title": "Salt", "abstract": "We study salt."}
SERVED: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "arxiv": ({"/api": FEED}, {"query": "all:salt"}),
    "openalex": (
        {"/api": {"meta": {"next_cursor": None}, "results": [WORK]}},
        {"search": "salt", "api_key_env": None},
    ),
    "nasa/ntrs": ({"/api": NTRS}, {"query": "salt"}),
    "nasa/techport": (
        {"/api": {"projects": [{"projectId": 7}]}, "/api/7": PROJECT},
        {"updated_since": "2020-01-01"},
    ),
    "chemistry/chemrxiv": (
        {"/api": {"totalCount": 1, "itemHits": [{"item": PREPRINT}]}},
        {"term": "salt"},
    ),
    "nasa/sbir-api": ({"/api": [{**AWARD, "abstract": "A mirror. " * 12}]}, {}),
}
"""Sources that ask a collection, with what it answers by path, and their settings."""


QUESTIONS = [
    {"instruction": "Where does {{ name }} lie?", "output": "{{ sight }}", "task": "place"},
    {"instruction": "{{ name }}?", "output": "{{ founded }}", "split": "test"},
]
QUICK = {"max_steps": 2, "batch_size": 4, "micro_batch_size": 4, "checkpoints": 0}

TASK = {
    "task": "squares",
    "dataset_path": "json",
    "test_split": "test",
    "output_type": "multiple_choice",
    "doc_to_text": "What is {{n}} times {{n}}?",
    "doc_to_choice": ["0", "1", "4", "9", "16"],
    "doc_to_target": "n",
    "metric_list": [{"metric": "acc", "aggregation": "mean", "higher_is_better": True}],
}


def lm_eval_task(folder: Path) -> dict[str, Any]:
    data = {"data_files": {"test": str(jsonl(folder)["path"])}}
    # JSON is YAML.
    (folder / "squares.yaml").write_text(json.dumps({**TASK, "dataset_kwargs": data}))
    return {"tasks": ["squares"], "include_path": folder, "include_defaults": False}


def exam(folder: Path) -> dict[str, Any]:
    rows = [{"question": f"{n} + 1?", "choices": ["7", "8", "9"], "answer": n - 6} for n in (6, 7)]
    (folder / "exam.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return {"path": folder / "exam.jsonl", "max_new_tokens": 4}


def benchmarks(folder: Path) -> dict[str, Any]:
    lines = ["question,A,B,answer", *(f"{n} + 1?,{n + 1},{n},A" for n in range(4))]
    (folder / "sums.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return {"folder": folder, "benchmarks": ["sums"]}


ARTICLE = (
    "<article xml:lang='en'><front/><body>{}</body></article>",
    "<sec><title>Part {0}</title><p>Salt melts at {0} K.</p></sec>",
)


def jats(folder: Path) -> dict[str, Any]:
    sections = "".join(ARTICLE[1].format(n) for n in range(1, 4))
    (folder / "one.xml").write_text(ARTICLE[0].format(sections), encoding="utf-8")
    return {"path": folder}


def works(folder: Path) -> dict[str, Any]:
    rows = [{"DOI": f"10.1/{n}", "title": ["Salt"], "abstract": f"Salt {n}."} for n in range(3)]
    (folder / "works.json").write_text(json.dumps({"items": rows}), encoding="utf-8")
    return {"path": folder / "works.json"}


SETTINGS: dict[str, Callable[[Path], dict[str, Any]]] = {
    "jsonl": jsonl,
    "json": whole_json,
    "csv": csv,
    "parquet": parquet,
    "text": text,
    "huggingface": huggingface,
    "instruction-set": alpaca,
    "pdf": pdf,
    "html": html,
    "templates": lambda folder: {"templates": QUESTIONS},
    "ask": lambda folder: {
        "prompt": "{{ text }}",
        "answer": {"fact": "text"},
        "example": {"instruction": "Say a fact.", "output": "{{ answer.fact }}"},
    },
    "summary": lambda folder: {"language": "ko"},
    "translate": lambda folder: {"to": "ko"},
    "question-extraction": lambda folder: {"questions": {"Q1": "Where?", "Q2": "When?"}},
    "property-extraction": lambda folder: {
        "properties": [{"key": "WU", "name": "water uptake", "unit": "%"}]
    },
    "evolve": lambda folder: {"rounds": 1},
    "self-instruct": lambda folder: {"examples": 1, "requests_per_round": 2, "patience": 1},
    "length": lambda folder: {"min_output": 5, "min_text": 40},
    "language": lambda folder: {"keep": ["ko"], "letters": 1},
    "licence": lambda folder: {"allow": ["CC0-1.0"]},
    "format": lambda folder: {"choices": ["a harbour", "1204"]},
    "quality": lambda folder: {"min_score": 1},
    "balance": lambda folder: {"by": ["task"], "each": 3},
    "reviewed": decisions,
    "lora": lambda folder: QUICK,
    "llama-adapter": lambda folder: {**QUICK, "adapter_len": 2},
    "ia3": lambda folder: QUICK,
    "full": lambda folder: QUICK,
    "existing": lambda folder: {"folder": resolve_base("builtin:tiny")},
    "vocabulary": lambda folder: {"size": 20, "min_frequency": 1},
    "pretraining": lambda folder: {**QUICK, "batch_size": 2, "micro_batch_size": 2},
    "together": lambda folder: {
        **QUICK,
        "parts": [
            {"method": "lora", "targets": ["q_proj", "v_proj"]},
            {"method": "ia3", "targets": ["k_proj", "down_proj"], "feedforward": ["down_proj"]},
        ],
    },
    "generated-answers": lambda folder: {"max_new_tokens": 4},
    "speed": lambda folder: {"limit": 2, "repeats": 1, "new_tokens": 2},
    "lm-eval": lm_eval_task,
    "judge": lambda folder: {"rubric": "quality", "max_new_tokens": 4},
    "nasa/closest-answer": lambda folder: {"max_new_tokens": 4},
    "nasa/sbir": awards,
    "nasa/cross-check": awards,
    "chemistry/property-extraction": lambda folder: {
        "properties": [{"key": "WU", "name": "water uptake", "unit": "%"}]
    },
    "chemistry/exam-answers": exam,
    "chemistry/extraction": lambda folder: {"max_new_tokens": 4},
    "chemistry/compounds": lambda folder: {"max_new_tokens": 4},
    "science/jats": jats,
    "science/suite": benchmarks,
    "chemistry/crossref": works,
}
"""Settings of the components that need some, or are quicker with some; add a new one's here."""

GROWN = {
    "NewTasks": '{"tasks": ["Name the capital city of Norway."]}',
    "Kind": '{"classification": false}',
    "InputsFirst": '{"instances": [{"input": "", "output": "Oslo"}]}',
}


def evolution(body: dict[str, Any]) -> str:
    schema = body.get("response_format", {}).get("json_schema", {}).get("name")
    if schema == "Evolved":
        number = body["messages"][-1]["content"].split("Square ")[1][0]
        return json.dumps({"instruction": f"Square {number}, and halve what comes of it."})
    return "Eight." if schema is None else '{"same": false}'


TALK = [{"question": "Where is it?", "reply": "Here."}, {"question": "Why?", "reply": "So."}]


def translation(body: dict[str, Any]) -> str:
    prompt = body["messages"][-1]["content"].partition("\n\nAnswer with JSON only")[0]
    texts = json.loads(prompt[prompt.rindex("{") :])
    return json.dumps({name: f"{text} (번역)" for name, text in texts.items()})


def concept(body: dict[str, Any]) -> str:
    prompt = body["messages"][-1]["content"].partition("\n\nAnswer with JSON only")[0]
    told = {"concept": prompt.split()[-1], "explanation": "What is there, and why. " * 4}
    return json.dumps({"concepts": [told]})


REPLIES: dict[str, Callable[[dict[str, Any]], str]] = {
    "chemistry/property-extraction": lambda body: '{"found": []}',
    "translate": translation,
    "summary": lambda body: json.dumps(dict.fromkeys(("Q1", "Q2", "Q3"), "짧다")),
    "science/summaries": lambda body: '{"summary": "짧다."}',
    "science/concepts": concept,
    "science/problems": lambda body: json.dumps(
        {
            "problems": [
                {
                    "problem": "2 g and 3 g?",
                    "steps": [{"explanation": "+", "expression": "2 g + 3 g", "result": "5 g"}],
                    "answer": "5",
                    "unit": "g",
                }
            ]
        }
    ),
    "summary-extraction": lambda body: '{"Summary": "A place.", "Terms": []}',
    "question-extraction": lambda body: json.dumps(
        {key: {"answer": "N/A", "quote": ""} for key in ("Q1", "Q2")}
    ),
    "property-extraction": lambda body: '{"found": []}',
    "evolve": evolution,
    "conversations": lambda body: json.dumps({"exchanges": TALK}),
    "self-instruct": lambda body: GROWN[body["response_format"]["json_schema"]["name"]],
    "exam-questions": lambda body: json.dumps(
        {
            "questions": [
                {"question": "1 + 1?", "answer": "2", "wrong": ["3", "4", "5"], "explanation": "So"}
            ]
        }
    ),
}
"""What a model answers those that can make nothing of lines of their prompt."""


@pytest.fixture(params=ENTRIES.values(), ids=ENTRIES)
def entry(request: pytest.FixtureRequest) -> ComponentEntry:
    return request.param  # type: ignore[no-any-return]


def annotated(folder: Path) -> dict[str, Any]:
    rows = [{"text": f"{n} is {n}.", "summary": str(n), "concept": "n", "explanation": "x"}
            for n in range(3)]  # fmt: skip
    (folder / "annotated.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return {"path": folder / "annotated.jsonl", "language": "en"}


READS: dict[str, tuple[str, Callable[[Path], dict[str, Any]]]] = {
    "nasa/field-questions": ("nasa/sbir", awards),
    "nasa/asked-questions": ("nasa/sbir", awards),
    "instructions": ("instruction-set", alpaca),
    "translate": ("instruction-set", alpaca),
    "regenerate": ("instruction-set", alpaca),
    "phrasings": ("instruction-set", inferences),
    "self-instruct": ("instruction-set", alpaca),
    "evolve": ("instruction-set", alpaca),
    "science/tasks": ("jsonl", annotated),
}
"""Generators that read what one source gives, with that source and its settings."""


def documents_for(generator: str, folder: Path) -> list[Document]:
    if generator not in READS:
        return sample_documents()
    source, settings = READS[generator]
    return check_data_source(ENTRIES[source].cls, settings(folder))  # type: ignore[arg-type]


@contextmanager
def settings_of(entry: ComponentEntry, folder: Path, site: Any) -> Iterator[dict[str, Any]]:
    settings = SETTINGS.get(entry.name, lambda folder: {})(folder)
    if "model" in entry.cls.config_model.model_fields and entry.kind != "tuning":
        from byeori.testing.server import OpenAIServer, schema_reply

        with OpenAIServer(REPLIES.get(entry.name, schema_reply)) as server:
            yield {**settings, "model": {"name": "test", "base_url": server.base_url}}
    elif entry.name in SERVED:
        pages, settings = SERVED[entry.name]
        for path, body in pages.items():
            site.pages[path] = (body if isinstance(body, str) else json.dumps(body)).encode()
        yield {**settings, "base_url": f"{site.url}/api", "delay_seconds": 0}
    else:
        yield settings


def test_it_keeps_the_contract(entry: ComponentEntry, tmp_path: Path, site: Any) -> None:
    cls: Any = entry.cls
    with settings_of(entry, tmp_path, site) as settings:
        if entry.kind == "source":
            assert check_data_source(cls, settings)
        elif entry.kind == "generator":
            assert check_instruction_generator(cls, settings, documents_for(entry.name, tmp_path))
        elif entry.kind == "filter":
            if cls.applies_to != "documents":
                assert check_filter(cls, settings, sample_examples())
            if cls.applies_to != "examples":
                assert check_filter(cls, settings, sample_documents())
        elif entry.kind == "tuning":
            check_tuning_method(cls, settings)
        else:
            assert check_evaluator(cls, settings)


@pytest.mark.parametrize("plugin", PLUGINS, ids=lambda plugin: plugin.name)
def test_every_installed_plugin_keeps_the_contract(plugin: Any) -> None:
    check_plugin(plugin.target, name=plugin.name)
