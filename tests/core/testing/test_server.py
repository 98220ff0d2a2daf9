import json
import urllib.error
import urllib.request
from http.client import IncompleteRead, RemoteDisconnected

import pytest

from byeori.testing.server import Fault, OpenAIServer, question_answer_reply

BODY = {"model": "m", "messages": [{"role": "user", "content": "물은 100 °C에서 끓는다."}]}


def post(server: OpenAIServer, body: dict = BODY, key: str = "k") -> dict:
    request = urllib.request.Request(
        server.base_url + "/chat/completions",
        json.dumps(body).encode(),
        {"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=10) as response:
        return json.load(response)


def status_of(server: OpenAIServer, **arguments) -> int:
    with pytest.raises(urllib.error.HTTPError) as error:
        post(server, **arguments)
    with error.value:
        return error.value.code


def test_it_answers_like_openai_and_lists_its_models():
    with OpenAIServer(models=["m"]) as server:
        answer = post(server)
        with urllib.request.urlopen(server.base_url + "/models", timeout=10) as response:
            models = json.load(response)
    assert answer["choices"][0]["message"]["content"].endswith("A: 물은 100 °C에서 끓는다.")
    assert answer["usage"]["prompt_tokens"] == 4
    assert [model["id"] for model in models["data"]] == ["m"]


def test_each_fault_is_what_it_says():
    script = [
        Fault("status", status=503),
        Fault("rate_limit", seconds=2),
        Fault("drop"),
        Fault("truncate"),
        Fault("garbage"),
        Fault("refusal"),
        Fault("cut"),
        None,
    ]
    with OpenAIServer(script=script) as server:
        assert status_of(server) == 503
        assert status_of(server) == 429
        with pytest.raises(RemoteDisconnected):
            post(server)
        with pytest.raises(IncompleteRead):
            post(server)
        with pytest.raises(json.JSONDecodeError):
            post(server)
        assert post(server)["choices"][0]["message"]["refusal"]
        assert post(server)["choices"][0]["finish_reason"] == "length"
        assert post(server)["choices"][0]["finish_reason"] == "stop"
        assert server.statuses == [503, 429, 0, 0, 200, 200, 200, 200]
        assert list(server.requests.values()) == [8]
        assert list(server.repeats.values()) == [3]


def test_faults_depend_on_the_seed_and_the_request_and_not_on_the_order():
    bodies = [{**BODY, "n": n} for n in range(30)]

    def faulty(order: list[dict], seed: int) -> dict[str, bool]:
        with OpenAIServer(faults={Fault("status"): 0.5}, seed=seed) as server:
            return {json.dumps(body): server.arrive(body) is not None for body in order}

    forwards = faulty(bodies, 1)
    assert forwards == faulty(bodies[::-1], 1)
    assert forwards != faulty(bodies, 2)
    assert 5 < sum(forwards.values()) < 25


def test_keys_models_paths_and_the_schema_can_be_refused():
    with OpenAIServer(api_key="right", models=["m"], response_format="refuse") as server:
        assert status_of(server, key="wrong") == 401
        assert status_of(server, key="right", body={**BODY, "model": "x"}) == 404
        assert status_of(server, key="right", body={**BODY, "response_format": {}}) == 400
        assert post(server, key="right")


def test_a_reply_that_raises_is_a_500_and_kept_for_the_test_to_see():
    def broken(body: dict) -> str:
        raise ValueError("mine")

    with OpenAIServer(broken) as server:
        assert status_of(server) == 500
    assert [str(error) for error in server.errors] == ["mine"]


def test_the_question_answer_reply_is_made_of_the_prompts_own_lines():
    body = {**BODY, "response_format": {}}
    body["messages"] = [{"role": "user", "content": "one\n\ntwo\n\nAnswer with JSON only: {}"}]
    assert json.loads(question_answer_reply(body)) == {
        "pairs": [
            {"question": "What is said in line 1?", "answer": "one"},
            {"question": "What is said in line 2?", "answer": "two"},
        ]
    }


def test_a_server_that_is_not_open_says_so():
    with pytest.raises(RuntimeError, match="with"):
        _ = OpenAIServer().base_url
