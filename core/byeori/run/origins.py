"""Where a run's figures come from: versions, plugins, and each source's documents and licences."""

import platform
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import byeori
from byeori.bulk import Rows
from byeori.models.licences import base_licence
from byeori.plan import Use
from byeori.records import Document
from byeori.report import ComponentUsed, PluginUsed, Provenance, SourceUsed
from byeori.stages.documents import DOCUMENTS
from byeori.stages.filtering import REWRITTEN

if TYPE_CHECKING:
    from byeori.run.engine import Run

PACKAGES = ("torch", "transformers", "peft", "datasets", "scipy", "sacrebleu")


def provenance_of(run: "Run") -> Provenance:
    """What took part in a run whose stages are all there."""
    plan = run.plan
    uses = [step for stage in plan.stages for step in stage.steps if isinstance(step, Use)]
    used = {use.entry.plugin for use in uses}
    components = {(use.step, use.entry.name): use.entry.cls.version for use in uses}
    sources = tuple(_sources(run))
    licences: Counter[str] = Counter()
    for source in sources:
        licences.update(source.licences)
    return Provenance(
        byeori_version=byeori.__version__,
        plan=plan.fingerprint,
        seed=plan.recipe.seed,
        base_model=plan.recipe.base_model.path,
        base_revision=plan.base.revision,
        base_fingerprint=plan.base.base_fingerprint,
        base_licence=base_licence(plan.base),
        prompt=plan.base.template.name,
        plugins=tuple(
            PluginUsed(plugin.name, plugin.distribution, plugin.version)
            for plugin in plan.registry.plugins
            if plugin.name in used
        ),
        components=tuple(ComponentUsed(*name, v) for name, v in components.items()),
        sources=sources,
        licences=dict(sorted(licences.items())),
        packages=dict(_packages()),
        platform=f"Python {platform.python_version()}, {platform.system()} {platform.machine()}",
    )


def _sources(run: "Run") -> Iterator[SourceUsed]:
    """The documents in the end, counted under the first source that gave them."""
    stages = {stage.id: stage for stage in run.plan.stages if stage.kind == "source"}
    first: dict[str, str] = {}
    for name in stages:
        for id_ in Rows(run.artifacts[name].path(DOCUMENTS), Document).column("id"):
            first.setdefault(id_, name)
    counted = {name: _Counted() for name in stages}
    for document in Rows(run.artifacts["documents"].path(DOCUMENTS), Document):
        made_of = str(document.metadata.get(REWRITTEN) or document.id)
        name = first.get(document.id) or first.get(made_of, "")
        counted.setdefault(name, _Counted()).add(document)
    for name, found in counted.items():
        yield SourceUsed(
            stage=name,
            use=stages[name].component if name else "",
            origins=dict(sorted(found.origins.items())),
            documents=found.licences.total(),
            licences=dict(sorted(found.licences.items())),
            languages=dict(sorted(found.languages.items())),
        )


@dataclass
class _Counted:
    """The documents of one source, by what they say of themselves."""

    origins: Counter[str] = field(default_factory=Counter)
    licences: Counter[str] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)

    def add(self, document: Document) -> None:
        self.origins[place_of(document.origin)] += 1
        self.licences[document.licence] += 1
        self.languages[document.language] += 1


def place_of(origin: str) -> str:
    """The file, data set or site that a document's origin names, without its row."""
    if "://" in origin:
        return urlsplit(origin).hostname or ""
    place, _, row = origin.rpartition(":")
    return place if row.isdecimal() else origin


def _packages() -> Iterator[tuple[str, str]]:
    for name in PACKAGES:
        try:
            yield name, version(name)
        except PackageNotFoundError:
            continue
