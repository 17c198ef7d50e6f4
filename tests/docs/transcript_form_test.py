from transcript_form import form, lines_never_printed, renewed


def test_numbers_sizes_and_quoted_texts_have_no_say():
    assert form("train: saved ckpt-00000205: 12.2 MB in 39 ms") == form(
        "train: saved ckpt-00000010: 926 kB in 1,287 ms"
    )
    assert form("step: 1, learning_rate: 6.523e-05") == "step: #, learning_rate: #"
    assert form('  "one\\ttwo"... (154 bytes)') == form('  "three"') == '  ""'
    assert form("bounds: [1, 10, 13]") == form("bounds: [3, 7]")
    assert form("1000 tokens, fingerprint 49e27b13589c49bd") == "# tokens, fingerprint #"


def test_words_have():
    assert form("loss: 0.1, accuracy: 0.9") != form("loss: 0.1, error: 0.9")
    assert form("x.int8 is 5") != form("x.int16 is 5")


def test_rows_of_a_table_differ_in_their_columns_only():
    assert form("aptitude-common   0.8.13-5   1,323   1,263") == form("de   -   80   7")
    assert form("a   1   3   35") != form("a   1   3")


def test_every_line_of_a_transcript_was_printed():
    printed = ["train: begins at step 0 of 20", "step: 10, loss: 1.5", "done: step 20"]
    assert lines_never_printed(["step: 100, loss: 0.5", "...", "done: step 200"], printed) == []
    assert lines_never_printed(["step: 100, cost: 0.5"], printed) == ["step: 100, cost: 0.5"]


def test_a_renewed_transcript_leaves_out_as_much():
    printed = [f"step: {i}" for i in range(9)] + ["end: 1", "end: 2"]
    assert renewed(["all", "of", "it"], [*printed, ""]) == printed
    assert renewed(["step: 5", "...", "end: 7"], printed) == ["step: 0", "...", "end: 2"]
    assert renewed(["step: 5", "...", "end: 0", "...", "end: 7"], printed) == [
        "step: 0",
        "...",
        "end: 1",
        "...",
        "end: 2",
    ]
