"""Where the figures of a report come from: versions, plugins, documents and licences."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class PluginUsed:
    """A plugin of the run, with the distribution and version it came from."""

    name: str
    distribution: str
    version: str


@dataclass(frozen=True, slots=True)
class ComponentUsed:
    """A component of the run: its stage, its name in the recipe, its version."""

    stage: str
    use: str
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceUsed:
    """What one data source gave to the documents that were used.

    Attributes:
        stage: its step; empty for documents that a filter rewrote beyond recognition.
        use: its name in the recipe.
        documents: how many of the documents in the end.
        origins: those by file, data set (with its commit) or site; the empty name is `unknown`.
        licences: those by licence; the empty name is `unknown`.
        languages: those by language tag; the empty one is `unknown`.
    """

    stage: str
    use: str
    documents: int = 0
    origins: Mapping[str, int] = field(default_factory=dict)
    licences: Mapping[str, int] = field(default_factory=dict)
    languages: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Where the figures come from.

    Attributes:
        byeori_version: of this library.
        seed: the recipe's.
        base_model: as the recipe names it.
        base_revision: commit of a hub model, or None.
        base_fingerprint: content hash of the base's files, or empty.
        base_licence: as the base's own card names it; empty where it says nothing.
        prompt: the prompt template models were trained and evaluated with.
        plugins, components: what took part.
        sources: where the documents came from, in the recipe's order.
        licences: documents by licence; the empty name is `unknown`.
        packages: versions of the libraries that matter.
        platform: Python and operating system.
        plan: fingerprint of the plan (`plan.json`) the figures belong to.
    """

    byeori_version: str
    seed: int
    base_model: str
    base_revision: str | None = None
    base_fingerprint: str = ""
    base_licence: str = ""
    prompt: str = ""
    plugins: tuple[PluginUsed, ...] = ()
    components: tuple[ComponentUsed, ...] = ()
    sources: tuple[SourceUsed, ...] = ()
    licences: Mapping[str, int] = field(default_factory=dict)
    packages: Mapping[str, str] = field(default_factory=dict)
    platform: str = ""
    plan: str = ""

    @property
    def base_model_name(self) -> str:
        """The base's name without the folders of the machine it was on."""
        if self.base_revision or self.base_model.startswith("builtin:"):
            return self.base_model
        return self.base_model.replace("\\", "/").rstrip("/").rpartition("/")[2]
