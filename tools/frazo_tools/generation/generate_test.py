"""The options of the tool, and what it writes, with a model that is written here."""

import io
import json
import sys
from typing import ClassVar

import frazo.export.predictor
import pytest
from frazo.proto import search_pb2
from frazo_tools.generation import generate

OWN = search_pb2.Search(
    sampling=search_pb2.Sampling(temperature=0.8, top_p=0.95), eos_id=2, max_length=50
)


class Model:
    """Continues each prompt with the words one to four, and notes the searches."""

    searches: ClassVar[list[search_pb2.Search]] = []

    def __init__(self, path):
        if str(path) == "nowhere":
            raise FileNotFoundError("nowhere: not a SavedModel")
        self.searches.clear()

    @property
    def search(self):
        return OWN

    def num_tokens(self, texts):
        return [len(text.split()) + 1 for text in texts]

    def stream(self, prompt, search, *, seed, until):
        self._note(search)
        yield from (f" {word}" for word in ("one", "two"))

    def generate(self, prompts, search, *, seeds):
        self._note(search)
        return [[(" one two three", -1.5), (" four", -2.0)][: search.sampling.samples]]

    def _note(self, search):
        copy = search_pb2.Search()
        copy.CopyFrom(search)
        self.searches.append(copy)


@pytest.fixture(autouse=True)
def model(monkeypatch):
    monkeypatch.setattr(frazo.export.predictor, "Predictor", Model)
    return Model


def run(*options, lines=None, monkeypatch=None):
    if lines is not None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(lines)))
    return generate.main(["--model=here", *options])


def test_a_prompt_and_its_continuation_are_written(model, capsys):
    assert run("--prompt=what is", "--tokens=7") == 0
    assert capsys.readouterr().out == "what is one two\n"
    # The prompt's two tokens count.
    (search,) = model.searches
    assert search.max_length == 9
    assert search.sampling == search_pb2.Sampling(
        temperature=OWN.sampling.temperature, top_p=OWN.sampling.top_p, samples=1
    )


def test_each_line_becomes_an_object(model, capsys, monkeypatch):
    lines = "\ufeffa b\nc\r\n\u6f22".encode()
    assert run("--n=2", "--until= two", lines=lines, monkeypatch=monkeypatch) == 0
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [each["prompt"] for each in found] == ["a b", "c", "\u6f22"]
    assert found[0]["continuations"] == [
        {"text": " one", "score": -1.5},
        {"text": " four", "score": -2.0},
    ]
    assert [search.max_length for search in model.searches] == [102, 101, 101]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--greedy"], "greedy"),
        (["--beam=3"], "beam"),
        (["--sample"], "sampling"),
        (["--top_k=5"], "sampling"),
        ([], "sampling"),
    ],
)
def test_options_choose_the_search(model, options, expected):
    assert run("--prompt=a", *options) == 0
    assert model.searches[0].WhichOneof("strategy") == expected
    assert model.searches[0].eos_id == 2


def test_a_beam_is_as_wide_as_the_number_of_results(model, capsys):
    assert run("--prompt=a", "--beam=2", "--n=3") == 0
    assert model.searches[0].beam == search_pb2.BeamSearch(width=3, n_best=3)
    capsys.readouterr()


def test_draws_have_the_settings_of_the_options(model):
    options = ["--temperature=0.5", "--top_k=40", "--top_p=0.9", "--seed=7"]
    assert run("--prompt=a", *options) == 0
    assert model.searches[0].sampling == search_pb2.Sampling(
        samples=1, temperature=0.5, top_k=40, top_p=0.9, seed=7
    )


@pytest.mark.parametrize(
    ("options", "error"),
    [
        (
            ["--greedy", "--seed=1"],
            "--seed draws at random, --greedy does not. Remove one of them.",
        ),
        (
            ["--beam=2", "--top_k=1"],
            "--top_k draws at random, --beam does not. Remove one of them.",
        ),
        (["--greedy", "--n=2"], "--greedy has one continuation. Remove --n, or use --beam or"),
        (["--temperature=0"], "'0' is not a number above 0"),
        (["--tokens=0"], "'0' is not a whole number >= 1"),
    ],
)
def test_options_that_do_not_fit_are_errors(options, error, capsys):
    with pytest.raises(SystemExit):
        run("--prompt=a", *options)
    assert error in capsys.readouterr().err


def test_a_folder_without_a_model_is_an_error(capsys):
    assert generate.main(["--model=nowhere", "--prompt=a"]) == 1
    assert capsys.readouterr().err == "generate: nowhere: not a SavedModel\n"


def test_utf16_is_named(capsys, monkeypatch):
    assert run(lines="a\n".encode("utf-16"), monkeypatch=monkeypatch) == 1
    assert "generate: standard input is UTF-16" in capsys.readouterr().err
