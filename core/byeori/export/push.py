"""Puts an exported folder on the Hugging Face hub, privately unless it is told otherwise."""

from collections.abc import Callable
from pathlib import Path

from byeori.export.card import CARD
from byeori.export.errors import ExportError
from byeori.export.subject import Subject
from byeori.models.bases import BUILTIN


def check_push(subject: Subject, form: str) -> None:
    """Refuse, before anything is loaded, what nobody could use.

    Raises:
        ExportError: it is an adapter whose base is on this machine alone.
    """
    on_hub = subject.ref.revision is not None and not subject.ref.base.startswith(BUILTIN)
    if form == "adapter" and not on_hub:
        raise ExportError(
            f"the base of {subject.stage}, {subject.ref.base}, is not on the hub, so nobody could "
            "load its adapter: push it merged, or tune on a base of the hub"
        )


def push(folder: Path, repo: str, *, public: bool, tell: Callable[[str], None]) -> str:
    """Upload a folder, all files in one commit.

    The address of the hub and the token are huggingface_hub's own (`HF_ENDPOINT`, `HF_TOKEN`, or
    `hf auth login`).

    Args:
        folder: an export with its card.
        repo: `NAME` or `ORGANISATION/NAME`; made if it is not there.
        public: whether everybody may see it.
        tell: is given a line for each step.

    Returns:
        Address of the commit.

    Raises:
        ExportError: there is no card, the hub refused, or the repository is public and
            `public` is not asked for. The folder stays as it is.
    """
    from huggingface_hub import HfApi

    if not (folder / CARD).is_file():
        raise ExportError(
            f"{folder} has no model card, because the run has no report yet; finish it with "
            "`byeori run`, then push"
        )
    hub = HfApi()
    try:
        name = hub.create_repo(repo, private=not public, exist_ok=True).repo_id
        if not public and not hub.model_info(name).private:
            raise ExportError(
                f"{name} is public on the hub; nothing was uploaded: give another name, make it "
                "private there, or add --public"
            )
        tell(f"uploading to {name} ({'public' if public else 'private'})")
        done = hub.upload_folder(
            repo_id=name, folder_path=folder, commit_message="Exported by byeori"
        )
    except ExportError:
        raise
    except Exception as error:  # which HTTP library raises here changes with huggingface_hub
        raise ExportError(
            f"the hub did not take {repo}: {error}; log in with `hf auth login` or set HF_TOKEN, "
            f"and run again; the export itself is in {folder}"
        ) from error
    return str(done.commit_url)
