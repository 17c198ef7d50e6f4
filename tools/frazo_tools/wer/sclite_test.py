"""The figures are those that NIST's sclite 2.10 gives.

They are written down here, so that no test needs it. To make them anew, install Debian's sctk:

    apt-get install sctk
    sctk sclite -r r.trn trn -h h.trn trn -i spu_id -o rsum pra stdout
"""

import json
import random

import pytest
from frazo_tools.wer import wer

REFERENCE = """\
the cat sat on the mat (ann-001)
a quick brown fox (ann-002)
jumps over the lazy dog (bob-001)
one two three four five (bob-002)
nothing was said here (bob-003)
it was the best of times (cay-001)
a b c d e f g h (cay-002)
"""

HYPOTHESIS = """\
the cat sat on mat (ann-001)
the quick brown box is (ann-002)
jumps over the lazy dog (bob-001)
two three for five six (bob-002)
(bob-003)
it was it was the best of the times (cay-001)
b c x d f g h i (cay-002)
"""

# The columns of rsum: sentences, words, substitutions, deletions, insertions, errors, wrong sentences.
SCLITE = {
    "ann": (2, 10, 2, 1, 1, 4, 2),
    "bob": (3, 14, 1, 5, 1, 7, 2),
    "cay": (2, 14, 0, 2, 5, 7, 2),
    "all": (7, 38, 3, 8, 7, 18, 6),
}
NAMES = ("utterances", "words", "substitutions", "deletions", "insertions", "errors", "wrong")


@pytest.fixture
def compared(tmp_path, capsys):
    def compare(reference, hypothesis):
        (tmp_path / "r.trn").write_text(reference)
        (tmp_path / "h.trn").write_text(hypothesis)
        files = [str(tmp_path / "r.trn"), str(tmp_path / "h.trn")]
        assert wer.main([*files, r"--group_by=^\w+", "--json"]) == 0
        (system,) = json.loads(capsys.readouterr().out)["systems"]
        return {"all": system["all"], **system["groups"]}

    return compare


def test_totals_and_speakers_are_those_of_sclite(compared):
    found = compared(REFERENCE, HYPOTHESIS)
    assert {key: tuple(found[key][name] for name in NAMES) for key in found} == SCLITE


# 200 sentences of these few words have many alignments with as few errors.
COMMON = [f"word{number}" for number in range(20)]
SCLITE_OF_COMMON = {
    "s0": (50, 816, 149, 45),
    "s1": (50, 687, 116, 39),
    "s2": (50, 805, 139, 46),
    "s3": (50, 789, 130, 45),
    "all": (200, 3097, 534, 175),
}


def common_words():
    """Returns references and hypotheses as .trn files."""
    # What random() gives is the same in every version of Python.
    draw = random.Random(5).random
    references, hypotheses = [], []
    for number in range(200):

        def word():
            return COMMON[int(draw() * len(COMMON))]

        reference = [word() for _ in range(1 + int(draw() * 29))]
        hypothesis = []
        for right in reference:
            kind = draw()
            hypothesis += [] if kind < 0.06 else [word() if kind < 0.14 else right]
            hypothesis += [word()] if kind > 0.96 else []
        for texts, words in ((references, reference), (hypotheses, hypothesis)):
            texts.append(" ".join([*words, f"(s{number % 4}-{number:03})\n"]))
    return "".join(references), "".join(hypotheses)


def test_errors_of_many_sentences_are_as_many_as_those_of_sclite(compared):
    found = compared(*common_words())
    names = ("utterances", "words", "errors", "wrong")
    assert {key: tuple(found[key][name] for name in names) for key in found} == SCLITE_OF_COMMON
    # sclite has 234, 171 and 129: of as few errors it takes those with fewer substitutions.
    assert [found["all"][name] for name in NAMES[2:5]] == [252, 162, 120]


def test_where_sclite_weighs_substitutions_more_it_has_more_errors(compared):
    # A substitution costs sclite 4 and a deletion or an insertion 3: it deletes a b c and inserts
    # d e f, 18, rather than 5 substitutions, 20. Its errors are 6, the fewest are 5.
    found = compared("a b c x y (x-1)\n", "x y d e f (x-1)\n")["all"]
    assert tuple(found[name] for name in NAMES) == (1, 5, 5, 0, 0, 5, 1)
