"""Ko-Platypus's small form: a bad translation, and the decisions of people who corrected it."""

import dataclasses
from importlib.resources import files

from byeori.bulk import with_id
from byeori_korean.example_sets.platypus import corrected
from byeori_plugins.filters import Reviewed
from byeori_plugins.generators import Translate
from byeori_plugins.sources import InstructionSet

DATA = files("byeori_korean") / "recipes" / "data"


def machine(context):
    """The examples as a run has them before they are reviewed."""
    read = InstructionSet.config_model(path=DATA / "platypus.json", language="en", format="alpaca")
    documents = [with_id(d) for d in InstructionSet(read).documents(context)]
    config = Translate.config_model(to="ko", memory=DATA / "platypus-machine.tsv")
    made = Translate(config).examples(documents, context)
    return [with_id(dataclasses.replace(one, generator="translate")) for one in made]


def test_every_decision_corrects_one_translation_and_none_is_left_over(context, heard):
    """Other texts in the set have other ids: write the decisions again with `byeori review`."""
    right = corrected()
    translated = machine(context)
    config = Reviewed.config_model(path=DATA / "platypus-decisions.jsonl", undecided="drop")
    reviewed = list(Reviewed(config).keep(iter(translated), context))
    assert heard.messages == [] and heard.rejects == []
    assert len(reviewed) == len(translated) == 70
    for before, after in zip(translated, reviewed, strict=True):
        assert after.instruction == right[before.instruction]
        assert after.output == right[before.output] != before.output
