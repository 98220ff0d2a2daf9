"""Whether an answer is in the language it was asked in."""

from byeori import Item
from byeori_plugins.evaluators.metrics.outcome import Measure, Outcome, unscored
from byeori_plugins.evaluators.metrics.settings import MetricSettings


def answer_language(settings: MetricSettings) -> Measure:
    """1 where the answer is in the item's language, else 0: a Korean question, a Korean answer.

    The language is the item's own or, where it names none, that of its question. An empty answer is
    in no language; one that is only a number or a formula could be of any, and is not scored.
    """

    def measure(answer: str, item: Item) -> Outcome:
        from byeori_plugins.text.language import language_of

        question = " ".join((item.instruction, item.input))
        wanted = item.language.partition("-")[0].lower() or language_of(question)
        if not wanted:
            return unscored("the language of the question cannot be told")
        if not answer.strip():
            return Outcome(0.0, {"language": ""})
        found = language_of(answer) or _by_script(answer, wanted)
        if not found:
            return unscored("the language of the answer cannot be told")
        return Outcome(float(found == wanted), {"language": found})

    return measure


def _by_script(answer: str, wanted: str) -> str:
    """Of an answer too short to tell its language: what was wanted, if its script is the one.

    Latin letters alone may be a formula or a name, which a Korean answer may consist of.
    """
    from byeori_plugins.text.scripts import script_share

    has_letters = any(character.isalpha() for character in answer)
    return wanted if has_letters and script_share(answer, wanted) >= 0.5 else ""
