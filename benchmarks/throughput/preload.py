"""Imported once; every measurement is a fork of the process that did, before any computation."""

import datasets  # noqa: F401
import peft  # noqa: F401
import torch  # noqa: F401
import transformers  # noqa: F401
import trl.trainer.sft_trainer  # noqa: F401

import byeori_plugins.tuning.method
import byeori_plugins.tuning.training.trainer  # noqa: F401
