"""Every experiment that ships loads, and expands to the text that was reviewed.

After a change that is meant: ./tests/models/renew.sh, and review the diff.
"""

import pathlib

import pytest
from frazo.config import list_models, load_experiment, resolved_text

GOLDEN = pathlib.Path(__file__).parent / "golden"
NAMES = [name for name, _ in list_models()]


def test_there_are_models():
    assert "image.mnist.LeNet5" in NAMES


def test_every_model_has_a_description_of_one_line():
    for name, description in list_models():
        assert description, name
        assert "\n" not in description, name
        assert not description.startswith("cannot be read"), description


@pytest.mark.parametrize("name", NAMES)
def test_a_model_expands_to_the_reviewed_text(name):
    expanded = resolved_text(load_experiment(model=name, config=None, overrides=[]))
    golden = GOLDEN / f"{name}.textproto"
    assert golden.exists(), "tests/models/renew.sh writes it"
    assert expanded == golden.read_text(encoding="utf-8"), "tests/models/renew.sh renews it"


def test_no_golden_text_is_left_over():
    assert {path.stem for path in GOLDEN.glob("*.textproto")} == set(NAMES)
