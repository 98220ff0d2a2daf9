"""Settings that say which examples are learnt from, how often, and in which order."""

from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from byeori import Config, Document, Example
from byeori_plugins.tuning.data.traits import PLAIN, Traits, as_text, is_key, of_document

Value = str | int | float | bool


class Where(Config):
    """Which of the examples a method learns from; everything by default."""

    language: str | tuple[str, ...] = Field(
        (), description="Language tag or tags of the examples to use; empty is all."
    )
    task: str | tuple[str, ...] = Field(
        (), description="Task or tasks of the examples to use; empty is all."
    )
    generator: str | tuple[str, ...] = Field(
        (), description="Generator or generators that made the examples to use; empty is all."
    )
    source: str | tuple[str, ...] = Field(
        (),
        description="File or data set (the `origin` of the document, without a line number) that "
        "the examples to use come from; empty is all.",
    )
    metadata: dict[str, Value | tuple[Value, ...]] = Field(
        {},
        description="By key, the value or values that the metadata of the examples to use has; "
        "where an example lacks the key, its document's metadata is asked.",
    )

    @property
    def wanted(self) -> dict[str, frozenset[str]]:
        """By key of `Traits`, the values that are selected; keys that do not matter are absent."""
        asked: dict[str, Any] = {name: getattr(self, name) for name in PLAIN}
        asked |= {f"metadata.{key}": value for key, value in self.metadata.items()}
        values = {key: v if isinstance(v, tuple) else (v,) for key, v in asked.items()}
        return {key: frozenset(map(as_text, v)) for key, v in values.items() if v}

    def matches(self, example: Example, traits: Traits | None = None) -> bool:
        """Whether the example is one of those to learn from.

        Args:
            traits: knows the documents; needed where `source` or `metadata` is set.
        """
        traits = traits or Traits((), ())
        return all(traits.of(example, key) in values for key, values in self.wanted.items())

    def matches_document(self, document: Document) -> bool:
        """Whether a document, which has no task and no generator, is one of those to learn from."""
        return all(of_document(document, key) in values for key, values in self.wanted.items())


class Replay(Config):
    """General examples mixed into the others, against forgetting."""

    where: Where = Field(description="Which examples are replayed; they are learnt as replay only.")
    share: float = Field(gt=0, lt=1, description="Their share of each epoch.")

    @model_validator(mode="after")
    def _selects(self) -> "Replay":
        if not self.where.wanted:
            raise ValueError("where: is empty, which would replay everything; select some examples")
        return self


_HOW_OFTEN = ("weights", "temperature", "balance", "epochs_per")


class Mix(Config):
    """How often each group of examples is learnt from, and in which order."""

    by: str = Field(
        "",
        description="What the groups are: `language`, `task`, `generator`, `source`, or "
        "`metadata.KEY` of the example or of its document. See `where`.",
    )
    weights: dict[str, float] = Field(
        {}, description="Each group's part of an epoch, in any unit; 0 leaves a group out."
    )
    temperature: float | None = Field(
        None,
        gt=0,
        description="T: groups have parts proportional to n^(1/T) of their n examples (Devlin et "
        "al. 2018; T5). 1 leaves them as they are, a large T makes them equal.",
    )
    balance: tuple[str, ...] = Field(
        (),
        description="Instead of `by`: equal parts for every value of the first of these, within it "
        "for every value of the second, and so on, such as `[language, task]`.",
    )
    epochs_per: dict[str, float] = Field(
        {}, description="How often a group is passed in an epoch; once where it is not named."
    )
    unit: Literal["examples", "supervised_tokens"] = Field(
        "examples",
        description="What parts and shares are counted in. Tokens are counted by the mean of each "
        "group.",
    )
    size: int | None = Field(
        None,
        ge=1,
        description="Examples in an epoch. Empty: as many as there are to learn from (with "
        "`max_steps`, at most as many as the run has), and the replayed ones.",
    )
    replay: Replay | None = Field(
        None, description="General examples mixed into the others, against forgetting."
    )
    curriculum: str = Field(
        "",
        description="Order of an epoch, easy ones first: `length` in tokens, `order` as the "
        "examples stand, or `metadata.KEY`, smallest first. Empty: shuffled.",
    )

    @field_validator("by")
    @classmethod
    def _is_group_key(cls, value: str) -> str:
        if value and not is_key(value):
            raise ValueError(_not_a_key(value))
        return value

    @field_validator("balance")
    @classmethod
    def _are_group_keys(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        for value in values:
            if not is_key(value) or values.count(value) > 1:
                raise ValueError(_not_a_key(value) + ", and each once")
        return values

    @field_validator("curriculum")
    @classmethod
    def _is_order(cls, value: str) -> str:
        if value in ("", "length", "order") or (value.startswith("metadata.") and is_key(value)):
            return value
        raise ValueError(f"{value!r} is not one of length, order, metadata.KEY")

    @field_validator("weights", "epochs_per")
    @classmethod
    def _none_below_zero(cls, value: dict[str, float]) -> dict[str, float]:
        if any(part < 0 for part in value.values()):
            raise ValueError("a part is below 0; the smallest is 0, which leaves a group out")
        return value

    @model_validator(mode="after")
    def _agrees(self) -> "Mix":
        ways = [name for name in _HOW_OFTEN if getattr(self, name) not in (None, (), {})]
        if len(ways) > 1:
            raise ValueError(f"{' and '.join(ways)} say how often a group comes; give one of them")
        if not ways and self.replay is None and not self.curriculum:
            raise ValueError(
                f"nothing is said; give one of {', '.join(_HOW_OFTEN)}, replay, curriculum"
            )
        if self.weights and not any(self.weights.values()):
            raise ValueError("every weight is 0, so there would be nothing to learn from")
        by_groups = bool(ways) and ways != ["balance"]
        if by_groups and not self.by:
            raise ValueError(f"{ways[0]} needs `by`, such as `by: language`")
        if self.by and not by_groups:
            raise ValueError("by is only for weights, temperature and epochs_per; remove it")
        if self.size is not None and (ways == ["epochs_per"] or not (ways or self.replay)):
            raise ValueError("size does not go with epochs_per, nor without parts; remove it")
        if self.unit != "examples" and (ways == ["epochs_per"] or not (ways or self.replay)):
            raise ValueError("unit needs parts: weights, temperature, balance or replay")
        return self

    @property
    def keys(self) -> tuple[str, ...]:
        """What must be known of an example to mix it: keys of `Traits`."""
        groups = self.balance or ((self.by,) if self.by else ())
        order = (self.curriculum,) if self.curriculum.startswith("metadata.") else ()
        return (*groups, *order, *(self.replay.where.wanted if self.replay else ()))


def _not_a_key(value: str) -> str:
    return f"{value!r} is not one of {', '.join(PLAIN)}, metadata.KEY"
