"""`byeori build-base-model`: makes the small base model from scratch."""

from pathlib import Path

import click

STEPS = 3_600
SEED = 1


@click.command("build-base-model")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--steps",
    type=click.IntRange(min=1),
    default=STEPS,
    show_default=True,
    help="Fewer steps make a weaker model sooner.",
)
@click.option("--seed", type=int, default=SEED, show_default=True, help="Of text and weights.")
def build_base_model(folder: Path, steps: int, seed: int) -> None:
    """Train the small base model (`builtin:tiny`) from scratch into FOLDER.

    Without options it makes the shipped model: the same bytes on the same kind of machine with the
    pinned packages. It takes a quarter of an hour on two cores.
    """
    from byeori_plugins.base_model.build import build

    build(folder, steps=steps, seed=seed)
