"""The model card that lies beside an export."""

from pathlib import Path

from byeori.errors import DataError
from byeori.export.subject import Subject

CARD = "README.md"
_LIBRARIES = {"merged": "transformers", "adapter": "peft"}


def write_card(subject: Subject, form: str, folder: Path) -> bool:
    """Write the card of the run's report as `README.md`, as the hub wants it.

    Returns:
        False, and nothing is written, where the run has no report of the plan it has now.

    Raises:
        DataError: the report is broken.
    """
    from byeori.report import from_json, model_card

    path = subject.workspace.run_folder(subject.run) / "report.json"
    try:
        report = from_json(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return False
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error}; run the recipe again") from error
    if report.provenance.plan != subject.plan["fingerprint"]:
        return False
    text = model_card(report, subject.stage, library_name=_LIBRARIES.get(form))
    (folder / CARD).write_text(text, encoding="utf-8")
    return True
