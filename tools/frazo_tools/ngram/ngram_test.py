import math

import numpy as np
import pytest
from frazo import _core
from frazo_tools.ngram import ngram
from frazo_tools.ngram.kneser_ney import KneserNey, Tokens
from frazo_tools.vocab import training

TEXTS = [b"one two three four", b"one two", b"three four one", b"two two two"] * 3


@pytest.fixture
def folder(tmp_path):
    files = training.train_sentencepiece(iter(TEXTS), 270, model_type="bpe", character_coverage=1)
    (tmp_path / "text.model").write_bytes(files["model"])
    for name, texts in (("train", TEXTS), ("dev", [b"one three", "zwölf\nfour".encode()])):
        with _core.RecordWriter(tmp_path / name) as writer:
            for text in texts:
                writer.write(text)
    return tmp_path


def test_prints_what_the_texts_cost_by_byte_word_and_token(folder, capsys):
    options = [f"--vocab={folder}/text.model", f"--train={folder}/train", "--order=3"]
    assert ngram.main([*options, f"{folder}/dev"]) == 0
    *_, row = capsys.readouterr().out.splitlines()
    tokenizer = _core.Tokenizer(kind="sentencepiece", model=folder / "text.model")

    def tokens(texts):
        ids = [[tokenizer.sos_id, *tokenizer.encode(text), tokenizer.eos_id] for text in texts]
        return Tokens.of(ids)

    model = KneserNey(tokens(TEXTS), vocab_size=tokenizer.vocab_size, order=3)
    scores = model.log_probabilities(tokens([b"one three", "zwölf\nfour".encode()]))
    nats = -scores.sum()
    name, number, *figures = row.split()
    assert (name, int(number)) == ("dev", len(scores))
    # 9 and 11 bytes; 4 words and 2 ends.
    expected = [nats / math.log(2) / 20, nats / 6, nats / len(scores)]
    np.testing.assert_allclose(list(map(float, figures)), expected, atol=1e-4)


def test_a_file_without_records_is_an_error(folder, capsys):
    (folder / "empty").touch()
    options = [f"--vocab={folder}/text.model", f"--train={folder}/empty"]
    assert ngram.main([*options, f"{folder}/dev"]) == 1
    assert "empty: has no records" in capsys.readouterr().err
