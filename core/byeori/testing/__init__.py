"""For the tests of plugins: conformance checks, sample rows, a tiny model, a registry, a server.

A plugin's own suite needs one test:

    from byeori.testing import check_plugin

    def test_the_plugin_keeps_byeoris_contract() -> None:
        check_plugin("byeori_finance", settings={"filings": {"path": FILE}})

Each `check_...` raises an AssertionError that says what is broken and what to change. Nothing here
imports pytest or torch when it is imported. `byeori.testing.server` has a server that speaks the
OpenAI protocol.
"""

from byeori.testing.evaluators import SpeechlessModel, check_evaluator
from byeori.testing.offers import check_rubric, check_template
from byeori.testing.papers import check_paper
from byeori.testing.plugin import check_plugin
from byeori.testing.registry import registry_of
from byeori.testing.rows import check_data_source, check_filter, check_instruction_generator
from byeori.testing.rules import check_class
from byeori.testing.running import run_recipe
from byeori.testing.samples import (
    RecordingContext,
    sample_documents,
    sample_evaluation_data,
    sample_examples,
    sample_tuning_data,
    testing_context,
    tiny_model,
)
from byeori.testing.tuning import check_tuning_method

__all__ = [
    "RecordingContext",
    "SpeechlessModel",
    "check_class",
    "check_data_source",
    "check_evaluator",
    "check_filter",
    "check_instruction_generator",
    "check_paper",
    "check_plugin",
    "check_rubric",
    "check_template",
    "check_tuning_method",
    "registry_of",
    "run_recipe",
    "sample_documents",
    "sample_evaluation_data",
    "sample_examples",
    "sample_tuning_data",
    "testing_context",
    "tiny_model",
]
