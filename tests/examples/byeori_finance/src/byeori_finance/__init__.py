"""Annual reports for byeori: an example of a domain in a package of its own.

Each function marked `@hookimpl` answers one question of byeori's; leave out those you do not need.
"""

from importlib.resources import files
from pathlib import Path

import click
from byeori import Context, PromptTemplate, Reject, hookimpl

from byeori_finance.figures import Figures
from byeori_finance.filings import Filings, FilingsConfig
from byeori_finance.norms import Norms
from byeori_finance.questions import Questions
from byeori_finance.years import FiscalYears

ANALYST = PromptTemplate(
    name="analyst",  # `prompt: finance/analyst` in a recipe
    # Ends where the answer starts. The template is stored with the tuned model.
    template=(
        "{% if system %}{{ system }}\n{% endif %}"
        "{% for turn in history %}{{ turn.role }}: {{ turn.content }}\n{% endfor %}"
        "{% if input %}Report: {{ input }}\n{% endif %}"
        "Question: {{ instruction }}\nAnswer: "
    ),
)


@hookimpl
def byeori_data_sources():
    return [Filings]


@hookimpl
def byeori_instruction_generators():
    return [Questions]


@hookimpl
def byeori_filters():
    return [FiscalYears]


@hookimpl
def byeori_tuning_methods():
    return [Norms]


@hookimpl
def byeori_evaluators():
    return [Figures]


@hookimpl
def byeori_prompt_templates():
    return [ANALYST]


@hookimpl
def byeori_recipes():
    # Through importlib.resources, so that it works wherever the package lies.
    return [files("byeori_finance") / "recipes" / "figures.yaml"]


@hookimpl
def byeori_after_stage(stage, run):
    """Count the finished stages. A hook may leave out arguments it does not need."""
    with (run.folder / "finance-stages.txt").open("a", encoding="utf-8") as file:
        file.write(f"{len(run.made)} {stage.id}\n")


@hookimpl
def byeori_commands(app):
    """Add `byeori filings FILE`."""

    @app.command("filings")
    @click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
    def filings(file: Path) -> None:
        """Say which reports of FILE can be used, and why the others cannot."""
        # A component works outside a run too: it needs its settings and a context.
        rejects: list[Reject] = []
        context = Context("filings", 0, Path(), Path(), on_reject=rejects.append)
        count = sum(1 for _ in Filings(FilingsConfig(path=file)).documents(context))
        click.echo(f"{count} reports can be used, {len(rejects)} cannot")
        for reject in rejects:
            click.echo(f"  {reject.where}: {reject.reason}")
