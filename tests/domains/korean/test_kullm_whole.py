"""`korean/kullm` as it stands, from DeepL to the judge, against servers on the loopback interface.

The base is a random model of Polyglot-Ko's kind (GPT-NeoX); what is shortened is said by `--set`.
"""

import csv
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files

import pytest

from byeori.cli.main import run
from byeori.testing.server import OpenAIServer
from byeori_plugins.translation.deepl import unmarked

DATA = files("byeori_korean") / "recipes" / "data"
SCALES = {"understandability": 1, "naturalness": 2, "context": 2, "interest": 1}
SCALES |= {"instruction-use": 0, "overall": 2}


class DeepL(BaseHTTPRequestHandler):
    """Translates by the shipped pairs, as DeepL answers."""

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        said = [{"text": self.server.pairs[unmarked(text)]} for text in body["text"]]
        answer = json.dumps({"translations": said}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *args):
        pass


@pytest.fixture
def deepl():
    lines = (DATA / "translations.tsv").read_text(encoding="utf-8").splitlines()
    server = ThreadingHTTPServer(("127.0.0.1", 0), DeepL)
    server.pairs = {row["en"]: row["ko"] for row in csv.DictReader(lines, delimiter="\t")}
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/v2"
    server.shutdown()
    server.server_close()


def neox(folder):
    import torch
    from transformers import AutoTokenizer, GPTNeoXConfig, GPTNeoXForCausalLM

    tokenizer = AutoTokenizer.from_pretrained(str(files("byeori") / "builtin" / "tiny"))
    torch.manual_seed(1)
    config = GPTNeoXConfig(
        vocab_size=len(tokenizer), hidden_size=32, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=64, max_position_embeddings=1024, bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
    )  # fmt: skip
    GPTNeoXForCausalLM(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture
def tasks(tmp_path):
    path = tmp_path / "user_oriented_instructions_eval.jsonl"
    rows = [
        {
            "id": f"t{n}",
            "instruction": f"{n}을 읽으세요.",
            "instances": [{"input": "", "output": "."}],
        }
        for n in (1, 2, 3)
    ]
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return path


@pytest.mark.slow  # a whole run: two models answer in beams, one is tuned
def test_the_body_of_the_recipe_runs_from_deepl_to_the_six_scales(tmp_path, deepl, tasks, capsys):
    fields = {
        "base_model.path": neox(tmp_path / "polyglot"),
        **{f"documents.{n}.path": DATA / name for n, name in enumerate(
            ("gpt4-llm.json", "dolly.jsonl", "sharegpt.json")
        )},
        **{f"documents.{n}.limit": 6 for n in range(3)},
        "examples.translate.deepl": f"{{base_url: '{deepl}', api_key_env: null}}",
        "split": "{train: 0.8, validation: 0.2, test: 0}",
        "tuning.kullm.quantise": "null",
        "evaluators.kullm.path": tasks,
        "evaluators.kullm.max_new_tokens": 4,
    }  # fmt: skip
    verdict = json.dumps({"reason": "짧다.", **SCALES}, ensure_ascii=False)
    with OpenAIServer(lambda body: verdict) as judge:
        fields["evaluators.kullm.model"] = f"{{name: judge, base_url: '{judge.base_url}'}}"
        options = [word for name, value in fields.items() for word in ("--set", f"{name}={value}")]
        code = run(["run", "korean/kullm", *options, "--workspace", str(tmp_path / "w")])
    assert code == 0, capsys.readouterr().err
    folder = tmp_path / "w/runs/kullm"
    scores = json.loads((folder / "scores.json").read_text(encoding="utf-8"))
    assert {(row["metric"], row["value"]) for row in scores} == set(SCALES.items())
    assert len(scores) == 2 * 3 * 6
    assert "radar" in (folder / "report.html").read_text(encoding="utf-8")
