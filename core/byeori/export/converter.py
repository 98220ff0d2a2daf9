"""llama.cpp's converter: found, run, and what it wrote looked at."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from byeori.export.errors import ExportError

SCRIPT = "convert_hf_to_gguf.py"
VARIABLE = "BYEORI_GGUF_CONVERTER"
_TYPES = {"float32": "f32", "float16": "f16", "bfloat16": "bf16"}
_ADVICE = (
    "get it with `git clone https://github.com/ggml-org/llama.cpp` and "
    "`pip install gguf sentencepiece`, then put it on PATH or name it: "
    f"{VARIABLE}=/path/to/llama.cpp/{SCRIPT}"
)


def find_converter() -> Path:
    """The converter that is at hand.

    Raises:
        ExportError: there is none, or what the variable names is no file.
    """
    named = os.environ.get(VARIABLE)
    if named and not Path(named).is_file():
        raise ExportError(f"{VARIABLE} names {named}, which is no file; {_ADVICE}")
    found = named or shutil.which(SCRIPT)
    if not found:
        raise ExportError(f"llama.cpp's {SCRIPT} is not on PATH; {_ADVICE}")
    try:
        import gguf  # noqa: F401
    except ImportError:
        raise ExportError(
            f"{found} needs the package gguf, and so does the look at what it writes: "
            "`pip install gguf sentencepiece`"
        ) from None
    return Path(found)


def convert(model: Path, target: Path, dtype: str) -> None:
    """Write a folder of transformers as one GGUF file.

    Args:
        model: what `save_merged` wrote.
        target: the file to write.
        dtype: of the weights.

    Raises:
        ExportError: the converter does not know the model or its tokenizer; with its own words.
    """
    command = [sys.executable, str(find_converter()), str(model), "--outfile", str(target)]
    command += ["--outtype", _TYPES[dtype]]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode or not target.is_file():
        lines = done.stderr.strip().splitlines() or ["it said nothing"]
        shown = "\n".join(f"  {line}" for line in lines[-6:])
        raise ExportError(f"the converter of llama.cpp could not convert the model:\n{shown}")
