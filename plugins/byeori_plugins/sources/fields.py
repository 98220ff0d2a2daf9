"""Texts made of a row's fields: by a field's name, or by a Jinja template over the fields."""

from collections.abc import Mapping
from typing import Any, NoReturn

from jinja2 import Environment, TemplateError, TemplateSyntaxError, Undefined, meta

from byeori.prompts import wordings


class FieldError(ValueError):
    """A field that a text needs is missing, empty or of the wrong type; the message says which."""


class EmptyField(Undefined):
    """Stands for a missing or empty field: false in a condition, an error where it is printed."""

    __slots__ = ()

    def __str__(self) -> NoReturn:
        self._fail_with_undefined_error()


def visible(values: Mapping[str, Any]) -> dict[str, Any]:
    """The fields as templates see them: null, blank and empty ones are `EmptyField`."""
    return {name: _shown(name, value) for name, value in values.items()}


def _shown(name: str, value: object) -> object:
    empty = _empty(name, value)
    return value if empty is None else empty


def _empty(name: str, value: object) -> EmptyField | None:
    if value is None:
        return EmptyField(hint=f"field `{name}` is null")
    blank = isinstance(value, str) and not value.strip()
    if blank or (isinstance(value, list | tuple | dict) and not value):
        return EmptyField(hint=f"field `{name}` is empty")
    return None


class FieldTemplate:
    """A Jinja template over fields, in the environment of wordings.

    Attributes:
        fields: the names it looks up.

    Raises:
        ValueError: a syntax error or an unknown filter, with the template's line.
    """

    def __init__(self, source: str, environment: Environment | None = None) -> None:
        environment = environment or wordings()
        try:
            tree = environment.parse(source)
            self.fields = frozenset(meta.find_undeclared_variables(tree) - {*environment.globals})
            self._template = environment.from_string(source)
        except TemplateSyntaxError as error:
            raise ValueError(f"line {error.lineno} of the template: {error.message}") from error

    def render(self, values: Mapping[str, Any]) -> str:
        """Fill in the fields.

        Args:
            values: as `visible` gives them.

        Raises:
            FieldError: a field it prints is missing or empty, or an expression fails.
        """
        missing = {
            name: EmptyField(hint=f"field `{name}` is missing")
            for name in self.fields - values.keys()
        }
        try:
            return self._template.render({**missing, **values})
        except TemplateError as error:
            raise FieldError(error.message or type(error).__name__) from error
        except (TypeError, ValueError, ArithmeticError, LookupError, AttributeError) as error:
            raise FieldError(f"the template fails: {error}") from error


class FieldText:
    """What `text:` and `title:` say: a template if it contains `{{`, else the name of a field.

    A template sees every field by its name, and all of them as `row`, for names that are not words:
    `{{ row["Award Title"] }}`.
    """

    def __init__(self, source: str) -> None:
        self.name = source
        self._template = FieldTemplate(source) if "{{" in source else None

    @property
    def fields(self) -> frozenset[str]:
        """The names of the fields it looks up."""
        if self._template is None:
            return frozenset({self.name})
        return self._template.fields - {"row"}

    def of(self, values: Mapping[str, Any]) -> str:
        """The text for one row.

        Raises:
            FieldError: the field is missing, empty or no text, or the template cannot be filled.
        """
        if self._template is not None:
            shown = visible(values)
            text = self._template.render({**shown, "row": shown})
        else:
            text = self._field(values)
        if not text.strip():
            raise FieldError(f"`{self.name}` gives an empty text")
        return text

    def _field(self, values: Mapping[str, Any]) -> str:
        if self.name not in values:
            raise FieldError(f"there is no field `{self.name}`")
        value = values[self.name]
        if (empty := _empty(self.name, value)) is not None:
            raise FieldError(empty._undefined_message)
        if not isinstance(value, str):
            raise FieldError(
                f"field `{self.name}` is {_type_name(value)}, not text; "
                f"a template makes text of it: '{{{{ {self.name} }}}}'"
            )
        return value


def _type_name(value: object) -> str:
    names = {bool: "true or false", int: "a number", float: "a number", list: "a list"}
    return names.get(type(value), "an object")
