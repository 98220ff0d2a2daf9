"""Tuning methods on one shared harness: LoRA, IA3 and full supervised fine-tuning.

Another plugin adds a method by subclassing `SupervisedTuning` (and saying which weights learn) or
`PeftTuning` (and saying which peft configuration to use); everything else is shared:

    class LastLayer(SupervisedTuning[TrainingConfig]):
        \"\"\"Trains the last transformer layer alone.\"\"\"

        name = "last-layer"
        config_model = TrainingConfig

        def wrap(self, model):
            model.requires_grad_(False)
            model.get_decoder().layers[-1].requires_grad_(True)
            return model
"""

from byeori_plugins.tuning.config import TrainingConfig
from byeori_plugins.tuning.merging.config import MergeConfig
from byeori_plugins.tuning.merging.merge import Merge
from byeori_plugins.tuning.method import SupervisedTuning
from byeori_plugins.tuning.methods.existing import Existing, ExistingConfig
from byeori_plugins.tuning.methods.full import Full, FullConfig
from byeori_plugins.tuning.methods.ia3 import IA3, IA3Config
from byeori_plugins.tuning.methods.llama_adapter import LlamaAdapter, LlamaAdapterConfig
from byeori_plugins.tuning.methods.lora import Lora, LoraConfig
from byeori_plugins.tuning.methods.pretraining import Pretraining, PretrainingConfig
from byeori_plugins.tuning.methods.together import Together, TogetherConfig
from byeori_plugins.tuning.methods.vocabulary import Vocabulary, VocabularyConfig
from byeori_plugins.tuning.peft_method import PeftTuning
from byeori_plugins.tuning.selection import Mix, Replay, Where

METHODS = (Lora, IA3, LlamaAdapter, Full, Together, Pretraining, Vocabulary, Merge, Existing)

__all__ = [
    "IA3",
    "METHODS",
    "Existing",
    "ExistingConfig",
    "Full",
    "FullConfig",
    "IA3Config",
    "LlamaAdapter",
    "LlamaAdapterConfig",
    "Lora",
    "LoraConfig",
    "Merge",
    "MergeConfig",
    "Mix",
    "PeftTuning",
    "Pretraining",
    "PretrainingConfig",
    "Replay",
    "SupervisedTuning",
    "Together",
    "TogetherConfig",
    "TrainingConfig",
    "Vocabulary",
    "VocabularyConfig",
    "Where",
]
