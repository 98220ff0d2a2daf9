"""A stage of the plan, and the use of a component in it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, cast

import pydantic
from pydantic.fields import FieldInfo

from byeori.components import Component, Config
from byeori.plugins import ComponentEntry
from byeori.store.files import content_hash

K = TypeVar("K", bound=Component[Any])


@dataclass(frozen=True)
class Use:
    """A component as a recipe uses it.

    Attributes:
        step: id in the recipe: `documents.0`, `filters.1`, or the id of a tuning or evaluation.
        entry: the component.
        config: its checked settings.
        start: for tuning and scores, the model it works on.
        models: for tuning, the other models it is given, in order.
    """

    step: str
    entry: ComponentEntry
    config: Config
    start: str = "base"
    models: tuple[str, ...] = ()

    def make(self, kind: type[K]) -> K:
        """The component itself."""
        component = self.entry.cls(self.config)
        if not isinstance(component, kind):
            raise TypeError(f"{self.entry.name} is not a {kind.__name__}")
        return component

    def identity(self, kind: str = "") -> dict[str, Any]:
        """What its output depends on: name, version, settings, and the files the settings name.

        Args:
            kind: of the stage it works in; settings that matter to other kinds alone are left out.
        """
        return {
            "component": self.entry.name,
            "version": self.entry.cls.version,
            "config": hashable(self.config, kind),
        }


@dataclass(frozen=True)
class Stage:
    """One stage of a run; it makes one artifact.

    Attributes:
        id: unique in the plan: `documents.0`, `documents`, `split`, `lora`, `scores.exam.lora`.
        kind: which maker runs it (`byeori.stages.MAKERS`).
        steps: what it does in order: uses of components, and ids of stages whose rows it chains.
        inputs: ids of the stages it needs.
        seed: the only source of randomness in it.
        fingerprint: hash of component, version, settings, inputs, seed and the core's rules.
        identities: the components' identities at plan time, files' contents included.
    """

    id: str
    kind: str
    steps: tuple[Use | str, ...]
    inputs: tuple[str, ...]
    seed: int
    fingerprint: str
    identities: tuple[dict[str, Any], ...] = ()

    def uses(self) -> list[Use]:
        """The components at work, in order."""
        return [step for step in self.steps if isinstance(step, Use)]

    def unchanged(self) -> bool:
        """Whether the files its settings name are still as they were when it was planned."""
        return [use.identity(self.kind) for use in self.uses()] == list(self.identities)

    def use(self) -> Use:
        """The one component of a stage that has only one."""
        (use,) = self.uses()
        return use

    @property
    def component(self) -> str:
        """Names of the components at work, for people."""
        return ", ".join(use.entry.name for use in self.uses())


def hashable(value: Any, kind: str = "") -> Any:
    """Settings as JSON values, with a file or folder replaced by its name and content hash."""
    if isinstance(value, pydantic.BaseModel):
        fields = {n: f for n, f in type(value).model_fields.items() if _matters(f, kind)}
        return {name: hashable(getattr(value, name), kind) for name in fields}
    if isinstance(value, dict):
        return {str(key): hashable(item, kind) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [hashable(item, kind) for item in value]
    if isinstance(value, set | frozenset):
        return sorted(str(item) for item in value)
    if isinstance(value, Path):
        return {"name": value.name, "sha256": content_hash(value)}
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def _matters(field: FieldInfo, kind: str) -> bool:
    """Whether a field can change the output of a stage of this kind.

    `json_schema_extra={"identity": False}` denies it, a list such as `["scores"]` says of which
    kinds alone, `{"except": ["items"]}` of which kinds not; without a kind all of those matter.
    """
    extra = field.json_schema_extra
    identity = extra.get("identity", True) if isinstance(extra, dict) else True
    if isinstance(identity, dict):
        return kind not in cast(list[str], identity["except"])
    if isinstance(identity, list):
        return not kind or kind in identity
    return identity is not False


def paths_in(
    value: Any, where: tuple[str | int, ...] = ()
) -> list[tuple[tuple[str | int, ...], Path]]:
    """Every path in a component's settings, with the field it stands in."""
    if isinstance(value, Path):
        return [(where, value)]
    if isinstance(value, pydantic.BaseModel):
        pairs: Any = ((name, getattr(value, name)) for name in type(value).model_fields)
    elif isinstance(value, dict):
        pairs = value.items()
    elif isinstance(value, list | tuple):
        pairs = enumerate(value)
    else:
        return []
    return [found for key, item in pairs for found in paths_in(item, (*where, key))]
