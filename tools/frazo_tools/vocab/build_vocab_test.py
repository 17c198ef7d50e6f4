import random
import re
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from frazo import _core
from frazo_tools.vocab import build_vocab
from frazo_tools.vocab.training import count

LINES = [
    "the cat sat on the mat",
    "a cat and a dog sat there",
    "der Hund saß auf der Matte, dort",
    "日本語 の テキスト",
] * 30


@pytest.fixture
def corpus(tmp_path) -> Path:
    path = tmp_path / "corpus.txt"
    path.write_text("\n".join(LINES), encoding="utf-8")
    return path


def run(kind: str, corpus: Path, output: Path, size: int, *more: str) -> int:
    return build_vocab.main(
        [f"--kind={kind}", f"--size={size}", f"--output={output}", *more, str(corpus)]
    )


def tokenizer(kind: str, output: Path, **normalization) -> _core.Tokenizer:
    files = {"vocabulary": "vocab", "merges": "merges", "model": "model"}
    found = {
        field: Path(f"{output}.{ending}")
        for field, ending in files.items()
        if Path(f"{output}.{ending}").exists()
    }
    return _core.Tokenizer(kind=kind.partition("-")[0], **found, **normalization)


@pytest.mark.parametrize("kind", build_vocab.KINDS)
def test_the_texts_come_back_from_their_own_vocabulary(kind, corpus, tmp_path, capsys):
    assert run(kind, corpus, tmp_path / "v", 340, "--character_coverage=1") == 0
    made = tokenizer(kind, tmp_path / "v")
    assert (made.unk_id, made.sos_id, made.eos_id) == (0, 1, 2)
    for line in LINES[:4]:
        assert made.decode(made.encode(line)) == line
    out = capsys.readouterr().out
    assert "coverage: 100.0000%" in out and "unknown tokens: 0.0000%" in out
    assert re.search(rf"fingerprint {made.fingerprint:016x}", out)


@pytest.mark.parametrize("kind", build_vocab.KINDS)
def test_the_same_texts_give_the_same_files(kind, corpus, tmp_path):
    for name in ("one", "two"):
        # In processes of their own: the order of sets differs between them.
        subprocess.run(
            [
                sys.executable,
                build_vocab.__file__,
                f"--kind={kind}",
                "--size=320",
                f"--output={tmp_path / name}",
                str(corpus),
            ],
            check=True,
            capture_output=True,
        )
    ones = sorted(tmp_path.glob("one.*"))
    assert ones
    for path in ones:
        assert path.read_bytes() == (tmp_path / f"two{path.suffix}").read_bytes()


def test_the_size_bounds_the_vocabulary(corpus, tmp_path):
    assert run("word", corpus, tmp_path / "w", 5) == 0
    # the, cat, sat: a word that comes as often as another goes by its code points.
    lines = (tmp_path / "w.vocab").read_text().splitlines()
    assert lines == ["<unk>", "<s>", "</s>", "a", "cat"]


@pytest.mark.parametrize("kind", build_vocab.KINDS)
def test_equivalent_spellings_give_the_same_tokens(kind, corpus, tmp_path, capsys):
    output = tmp_path / "vocab"
    # The vocabulary of the decomposed texts is that of the composed ones.
    corpus.write_text(unicodedata.normalize("NFD", corpus.read_text(encoding="utf-8")))
    flags = ["--normalization=NFKC", "--remove_invisible"]
    assert run(kind, corpus, output, 320, *flags) == 0
    assert "normalization: NFKC remove_invisible: true }" in capsys.readouterr().out
    made = tokenizer(kind, output, normalization="NFKC", remove_invisible=True)
    ids = made.encode("saß auf der Matte, größer").tolist()
    for text in (
        unicodedata.normalize("NFD", "saß auf der Matte, größer"),
        "saß auf der Mat\u00adte, größer",
        "saß\u00a0auf der Matte, gr\u200bößer",
    ):
        assert made.encode(text).tolist() == ids


def test_words_that_look_like_special_tokens_stay_out(tmp_path):
    corpus = tmp_path / "c"
    corpus.write_text("<s> a </s> <UNK> <unk> a")
    assert run("word", corpus, tmp_path / "w", 50) == 0
    assert (tmp_path / "w.vocab").read_text().splitlines() == ["<unk>", "<s>", "</s>", "a"]


def test_invalid_bytes_are_counted(tmp_path, capsys):
    corpus = tmp_path / "c"
    corpus.write_bytes(b"a\xff b\xe1\x80 \xef\xbf\xbd\n")
    assert run("word", corpus, tmp_path / "w", 50) == 0
    assert "not UTF-8: 2 sequences of bytes" in capsys.readouterr().out
    assert count([b"\xff\xff a"] * 3, with_characters=False).invalid == 6


def test_errors_say_what_to_change(corpus, tmp_path, capsys):
    assert run("bpe", corpus, tmp_path / "v", 10, "--character_coverage=1") == 1
    assert "--size=10 is too small: characters alone make" in capsys.readouterr().err
    for kind in ("sentencepiece-unigram", "sentencepiece-bpe"):
        assert run(kind, corpus, tmp_path / "v", 50) == 1
        assert "--size=50 is too small: 3 special tokens, 256 bytes" in capsys.readouterr().err
    empty = tmp_path / "empty"
    empty.write_text("\n \n")
    assert run("word", empty, tmp_path / "v", 10) == 1
    assert "no words found; check --format and --columns" in capsys.readouterr().err
    assert run("word", tmp_path / "none", tmp_path / "v", 10) == 1
    assert "none: does not exist" in capsys.readouterr().err
    assert not list(tmp_path.glob("v*")) and not list(tmp_path.glob(".v*"))


def test_the_files_are_ordinary_ones(corpus, tmp_path):
    assert run("word", corpus, tmp_path / "deep" / "er" / "w", 10) == 0
    (path,) = (tmp_path / "deep" / "er").iterdir()
    assert path.name == "w.vocab"
    assert path.stat().st_mode == corpus.stat().st_mode


def test_bpe_pieces_are_as_the_tokenizer_gives_them(tmp_path):
    generator = random.Random(1)
    words = ["".join(generator.choices("abcd", k=generator.randint(1, 8))) for _ in range(300)]
    corpus = tmp_path / "c"
    corpus.write_text(" ".join(words))
    assert run("bpe", corpus, tmp_path / "v", 60) == 0
    made = tokenizer("bpe", tmp_path / "v")
    for word in words:
        ids = made.encode(word)
        assert made.unk_id not in ids
        assert made.decode(ids) == word
