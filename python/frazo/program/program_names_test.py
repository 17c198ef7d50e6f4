import pytest
from frazo.program import program_names
from frazo.program.program_names import in_callers_words, program_name


@pytest.fixture
def installed(monkeypatch):
    monkeypatch.setattr(program_names, "is_installed", lambda: True)


def test_a_checkout_keeps_bazels_labels():
    text = "./bazelw run //tools:records -- count FILE"
    assert in_callers_words(text) == text
    assert program_name("trainer") == "trainer"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("./bazelw run //tools:records -- count FILE", "frazo-records count FILE"),
        ("./bazelw run -c opt //:trainer -- --model=list", "frazo-train --model=list"),
        ("run `./bazelw run //tools:build_vocab -- --help`", "run `frazo-build-vocab --help`"),
        ("//tools:launch starts all jobs", "frazo-launch starts all jobs"),
        ("which //tools:launch writes; give", "which frazo-launch writes; give"),
        ("by //tools:launch -- --mode=async", "by frazo-launch --mode=async"),
        ("  trainer --model=X \\\n", "  frazo-train --model=X \\\n"),
        ("a trainer trains", "a trainer trains"),
        ("see https://example.org/tools:x", "see https://example.org/tools:x"),
    ],
)
def test_an_installed_frazo_has_commands(installed, text, expected):
    assert in_callers_words(text) == expected


def test_the_names_of_commands(installed):
    assert program_name("trainer") == "frazo-train"
    assert program_name("build_vocab") == "frazo-build-vocab"
