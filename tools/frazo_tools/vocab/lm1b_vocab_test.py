from collections import Counter

from frazo import _core
from frazo_tools.vocab import lm1b_vocab


def write_training(folder, *files):
    path = folder / "training-monolingual.tokenized.shuffled"
    path.mkdir(parents=True)
    for number, text in enumerate(files):
        (path / f"news.en-{number:05}-of-00100").write_text(text, encoding="utf-8")
    (path / "README").write_text("zzz zzz zzz\n")


def test_words_come_by_frequency_and_then_by_their_bytes():
    counts = Counter({b"b": 4, b"a": 3, b"c": 3, b"rare": 2, b"<S>": 9, b"Z": 3})
    expected = [b"<epsilon>", b"<S>", b"</S>", b"<UNK>", b"b", b"Z", b"a", b"c"]
    assert lm1b_vocab.vocabulary(counts, 3) == expected


def test_writes_a_vocabulary_that_the_tokenizer_reads(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("BUILD_WORKING_DIRECTORY", str(tmp_path))
    write_training(tmp_path / "data", "the dog the cat\nthe\tdog\n", "dog ä ä ä rare\n")
    assert lm1b_vocab.main(["--data=data"]) == 0
    path = tmp_path / "data" / "1b_word_vocab.txt"
    assert path.read_text(encoding="utf-8") == (
        "<epsilon>\t0\n<S>\t1\n</S>\t2\n<UNK>\t3\ndog\t4\nthe\t5\nä\t6\n"
    )
    printed = capsys.readouterr().out
    assert "words: 11, 5 different, in 2 files" in printed
    assert "vocabulary: 7 ids, which cover 81.82% of the words" in printed
    assert "--set=task.language_modeling.model.sampled_softmax.num_classes=7" in printed
    tokenizer = _core.Tokenizer(kind="word", vocabulary=path, unk_id=3, sos_id=1, eos_id=2)
    assert list(tokenizer.encode("the rare ä")) == [5, 3, 6]


def test_a_folder_of_another_layout_is_an_error(tmp_path, capsys):
    assert lm1b_vocab.main([f"--data={tmp_path}"]) == 1
    assert "news.en*: there is no such file; --data is the folder" in capsys.readouterr().err
