"""What `byeori.testing` lends to a plugin's tests."""

import subprocess
import sys
from pathlib import Path

from byeori.bulk import content_id
from byeori.checks import check
from byeori.records import Document, Example
from byeori.testing import (
    sample_documents,
    sample_evaluation_data,
    sample_examples,
    sample_tuning_data,
    testing_context,
    tiny_model,
)
from byeori.testing.watching import watched


def test_samples_are_whole_bilingual_and_belong_together() -> None:
    documents, examples = sample_documents(), sample_examples()
    assert {row.language for row in documents} == {row.language for row in examples} == {"en", "ko"}
    for document in documents:
        assert check(document, Document, "samples").id == content_id(document)
    ids = {document.id for document in documents}
    assert {check(row, Example, "samples").document_id for row in examples} == ids
    data = sample_tuning_data()
    trained = {row.document_id for row in data.train}
    assert trained.isdisjoint(row.document_id for row in data.validation)
    assert len(sample_evaluation_data().test) == len({row.id for row in examples}) == 24


def test_a_testing_context_has_its_folders_and_keeps_what_is_rejected(tmp_path: Path) -> None:
    context = testing_context(tmp_path, seed=3)
    context.reject("file:1", "too short", "x" * 300)
    (reject,) = context.rejects
    assert (reject.where, reject.reason, len(reject.text)) == ("file:1", "too short", 200)
    assert context.output.is_dir()
    assert context.scratch.is_dir()
    assert testing_context(tmp_path, seed=3).random("a").random() == context.random("a").random()
    assert testing_context(tmp_path, seed=4).random("a").random() != context.random("a").random()


def test_the_tiny_model_is_a_reference_to_the_base_that_comes_with_byeori() -> None:
    model = tiny_model()
    assert model.base == "builtin:tiny"
    assert model.base_fingerprint
    assert not model.adapters


def test_reading_writing_and_making_folders_are_seen_and_imports_are_not(tmp_path: Path) -> None:
    file = tmp_path / "file"
    with watched() as seen:
        file.write_text("1")
        file.read_text()
        (tmp_path / "folder").mkdir()
        import colorsys  # noqa: F401
    assert [(access.event, access.target, access.writes) for access in seen] == [
        ("open", str(file), True),
        ("open", str(file), False),
        ("os.mkdir", str(tmp_path / "folder"), True),
    ]
    file.read_text()
    assert len(seen) == 3


def test_importing_the_checks_imports_neither_pytest_nor_anything_heavy() -> None:
    code = (
        "import sys, byeori.testing\n"
        "heavy = {'pytest', 'torch', 'transformers', 'peft', 'datasets', 'openai'}\n"
        "print(heavy & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
