"""Templates in settings: refused where the recipe is read, not where they are filled."""

from typing import Annotated

from jinja2 import TemplateError
from pydantic import AfterValidator

from byeori.prompts import compile_template


def _compiles(value: str) -> str:
    try:
        compile_template(value)
    except TemplateError as error:
        raise ValueError(f"not a Jinja template: {error}") from None
    return value


Template = Annotated[str, AfterValidator(_compiles)]
"""Jinja source of a setting, for `byeori.prompts.render`."""
