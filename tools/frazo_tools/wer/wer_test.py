import json

import pytest
from frazo_tools.wer import wer

REFERENCE = "the cat sat on the mat\nhello world\n\n"
FIRST = "the cat sat on mat\nhallo world\nuh\n"
SECOND = "the cat sat on the mat\nhallo world\n\n"


@pytest.fixture
def files(tmp_path):
    def write(**contents):
        for name, content in contents.items():
            (tmp_path / name).write_text(content)
        return [str(tmp_path / name) for name in contents]

    return write


def told(capsys, *arguments):
    assert wer.main(list(map(str, arguments))) == 0
    return capsys.readouterr().out


def test_prints_figures_confusions_and_the_worst(files, capsys):
    out = told(capsys, *files(reference=REFERENCE, first=FIRST), "--resamples=0")
    # 3 errors of 8 words; 4 characters of "the ", e -> a, and uh, of 22 + 11.
    assert out.splitlines() == [
        "normalization: none",
        "",
        "          WER  95%  S  D  I  words     CER    wrong  utterances",
        "first  37.50%    -  1  1  1      8  21.21%  100.00%           3",
        "1 reference without a word: what is recognised there counts as inserted",
        "",
        "most common errors of first  reference  hypothesis  count",
        "deletion                           the           -      1",
        "substitution                     hello       hallo      1",
        "insertion                            -          uh      1",
        "",
        "worst utterances of first",
        "3: 1 error, 0 words",
        "  ref: **",
        "  hyp: uh",
        "       I",
        "2: 1 error, 2 words",
        "  ref: hello world",
        "  hyp: hallo world",
        "       S",
        "1: 1 error, 6 words",
        "  ref: the cat sat on the mat",
        "  hyp: the cat sat on *** mat",
        "                      D",
    ]


def test_a_long_alignment_is_told_in_parts(files, capsys):
    words = ["wonderful"] * 10
    paths = files(reference=" ".join([*words, "end"]), hypothesis=" ".join(words))
    out = told(capsys, *paths, "--confusions=0", "--resamples=0")
    # 9 words of 10 columns fill 90.
    assert out.splitlines()[-5:] == [
        "  ref: " + " ".join(words[:9]),
        "  hyp: " + " ".join(words[:9]),
        "  ref: wonderful end",
        "  hyp: wonderful ***",
        "                 D",
    ]


def test_equal_texts_have_no_errors_whatever_marks_their_end(files, capsys):
    paths = files(reference="a b</s>\nc </s>\n", hypothesis="<s> a b\nc\n")
    (system,) = json.loads(told(capsys, *paths, "--json"))["systems"]
    assert (system["all"]["wer"], system["all"]["cer"], system["all"]["wrong"]) == (0, 0, 0)


def test_rules_are_applied_and_printed(files, capsys):
    paths = files(reference="Hello, World!\n", hypothesis="hello world\n")
    out = told(capsys, *paths, "--normalize=lowercase,punctuation")
    assert out.startswith("normalization:\n  lowercase: capital letters become small ones\n  punct")
    assert "hypothesis  0.00%" in out


def test_two_systems_are_compared(files, capsys):
    paths = files(reference=REFERENCE, first=FIRST, second=SECOND)
    out = told(capsys, *paths, "--worst=0", "--confusions=0")
    # 1 error of 8 instead of 3.
    assert "second less first: -25.00 points, 95% [" in out
    assert "of 1,000 drawn sets, worse in 0.0%" in out
    found = json.loads(told(capsys, *paths, "--json"))
    assert [system["name"] for system in found["systems"]] == ["first", "second"]
    assert found["comparison"]["difference"] == -0.25
    assert found["resampling"] == {"sets": 1000, "seed": 1}


def test_json_lines_by_id_with_members_of_other_names(files, capsys, tmp_path):
    lines = [
        {"utt": "1089-1-0001", "text": "a b", "pred": "a"},
        {"utt": "121-1-0001", "text": "c", "pred": "c"},
    ]
    (tmp_path / "both.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    fields = ["--id_field=utt", "--reference_field=text", "--hypothesis_field=pred"]
    (system,) = json.loads(told(capsys, tmp_path / "both.jsonl", *fields, "--json"))["systems"]
    assert {name: found["wer"] for name, found in system["groups"].items()} == {
        "1089": 0.5,
        "121": 0,
    }
    assert system["worst"] == [
        {"id": "1089-1-0001", "reference": "a b", "hypothesis": "a", "errors": 1}
    ]


def test_no_words_have_no_rate(files, capsys):
    paths = files(reference="\n", hypothesis="a\n")
    (system,) = json.loads(told(capsys, *paths, "--json"))["systems"]
    assert (system["all"]["wer"], system["all"]["insertions"]) == (None, 1)
    assert told(capsys, *paths).splitlines()[3].split()[:3] == ["hypothesis", "-", "-"]


def test_a_page_is_written(files, capsys, tmp_path):
    told(capsys, *files(reference=REFERENCE, first=FIRST), f"--html={tmp_path}/page.html")
    page = (tmp_path / "page.html").read_text()
    assert '<del class="d">the</del>' in page
    assert page.endswith("</html>\n")


@pytest.mark.parametrize(
    ("contents", "flags", "message"),
    [
        ({"r": "a\n"}, [], "r: holds references alone; name a file of hypotheses, too"),
        ({"r": "a\nb\n", "h": "a\n"}, [], "h has 1 lines and"),
        ({"r": "a\n", "h": "a\n"}, ["--normalize=all"], "no rule is called 'all'"),
        ({"r": "a (x)\n", "h": "a (y)\n"}, ["--format=trn"], "1 utterance (y) is not in the refer"),
        ({"r": "", "h": ""}, [], "the reference has no text"),
    ],
)
def test_what_is_wrong_is_told(files, capsys, contents, flags, message):
    assert wer.main([*files(**contents), *flags]) == 1
    assert message in capsys.readouterr().err


def test_at_most_two_systems_are_compared(files, capsys):
    with pytest.raises(SystemExit):
        wer.main(files(r="a", h="a", i="a", j="a"))
    assert "there are 3 hypotheses; at most two are compared" in capsys.readouterr().err
