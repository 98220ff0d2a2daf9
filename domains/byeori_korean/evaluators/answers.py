"""Generated answers measured as text, and as Korean: letters and speech level."""

from collections.abc import Callable, Mapping, Sequence
from typing import Literal, Self

from pydantic import Field, model_validator

from byeori import Item
from byeori.korean import NEEDS_KIWI, is_korean, kiwi_installed
from byeori_korean.text.scripts import hangul_share, slips
from byeori_korean.text.speech import Level, asked_levels, speech_levels
from byeori_plugins.evaluators import (
    GeneratedAnswers,
    GeneratedAnswersConfig,
    Measure,
    Metric,
    Outcome,
    unscored,
)

KoreanMetric = Literal["speech-level", "script"]


class KoreanAnswersConfig(GeneratedAnswersConfig):
    """Settings of `korean/answers`: those of `generated-answers`, and what is Korean."""

    metrics: tuple[Metric, ...] = Field(
        ("chrf", "rouge-l", "answer-language"),
        min_length=1,
        description="What is measured of the text, as in `generated-answers`.",
    )
    korean: tuple[KoreanMetric, ...] = Field(
        ("speech-level", "script"),
        min_length=1,
        description="What is measured of the Korean: `speech-level`, `script`. 0 or 1.",
    )
    levels: tuple[Level, ...] = Field(
        (),
        description="Speech levels that an answer may have; where empty, what the question asks "
        "for by name (`해요체로`, `반말로`), else those of the right answer.",
    )
    ideographs: int = Field(
        2, ge=1, description="Of script: shortest stretch of ideographs that counts."
    )
    english: int = Field(
        8, ge=2, description="Of script: shortest run of words in Latin letters that counts."
    )

    @model_validator(mode="after")
    def _korean_can_be_measured(self) -> Self:
        if len(set(self.korean)) != len(self.korean):
            raise ValueError(f"a metric is named twice: {', '.join(self.korean)}; name each once")
        if "speech-level" in self.korean and not kiwi_installed():
            raise ValueError(f"speech-level {NEEDS_KIWI}; or leave it out of `korean`")
        return self


class KoreanAnswers(GeneratedAnswers):
    """Answers once, and measures them as text and as Korean.

    A question that is not Korean is not scored by the Korean metrics (None).
    """

    name = "answers"
    version = 1
    config_model = KoreanAnswersConfig
    config: KoreanAnswersConfig

    def measures(self) -> Mapping[str, Measure]:
        """The metrics of the text, then those of the Korean."""
        korean: dict[str, Measure] = {
            name: KOREAN[name](self.config) for name in self.config.korean
        }
        return {**super().measures(), **korean}

    def metric_names(self) -> Sequence[str]:
        """Those of the settings."""
        return (*self.config.metrics, *self.config.korean)


def _of_korean(measure: Measure) -> Measure:
    def measured(answer: str, item: Item) -> Outcome:
        if not is_korean(item.language, f"{item.instruction} {item.input}"):
            return unscored("the question is not Korean")
        return measure(answer, item)

    return measured


def speech_level(settings: KoreanAnswersConfig) -> Measure:
    """1 where every sentence of the answer has a level that is wanted, else 0.

    An answer without a sentence that has one (a name, a number) fails where a level was asked for;
    where only the right answer has one, it is not scored.
    """

    def measure(answer: str, item: Item) -> Outcome:
        question = f"{item.system}\n{item.instruction}\n{item.input}"
        asked = settings.levels or asked_levels(question)
        wanted = {*(asked or speech_levels(item.reference))}
        if not wanted:
            return unscored("no speech level is asked for, and the right answer has none")
        found = speech_levels(answer)
        if not found and not asked:
            return unscored("the answer has no sentence with a speech level")
        kept = bool(found) and {*found} <= wanted
        return Outcome(float(kept), {"levels": found, "wanted": sorted(wanted)})

    return _of_korean(measure)


def script(settings: KoreanAnswersConfig) -> Measure:
    """1 where the answer keeps to Korean letters, 0 where it slips into others.

    An answer without Hangul is not scored: `answer-language` says whether it should have some.
    """

    def measure(answer: str, item: Item) -> Outcome:
        if not is_korean("", answer):
            return unscored("the answer has no Hangul")
        found = slips(answer, settings.ideographs, settings.english)
        kinds = [[one.kind, one.text[:60]] for one in found]
        return Outcome(float(not found), {"slips": kinds, "hangul": hangul_share(answer)})

    return _of_korean(measure)


KOREAN: Mapping[KoreanMetric, Callable[[KoreanAnswersConfig], Measure]] = {
    "speech-level": speech_level,
    "script": script,
}
