from frazo.checkpoint.run_status import Finished, clear_finished, mark_finished, read_finished


def test_the_mark_holds_the_end_until_it_is_cleared(tmp_path):
    assert read_finished(tmp_path) is None
    mark_finished(tmp_path, Finished(205, 1000))
    assert read_finished(tmp_path) == Finished(step=205, max_steps=1000)
    clear_finished(tmp_path)
    clear_finished(tmp_path)
    assert read_finished(tmp_path) is None


def test_the_mark_of_an_older_version_is_that_of_a_whole_training(tmp_path):
    (tmp_path / "finished").write_text('{"step": 205}\n')
    assert read_finished(tmp_path) == Finished(205, 205)


def test_an_illegible_mark_is_none(tmp_path):
    for text in ("205?", "[205]", "{}"):
        (tmp_path / "finished").write_text(text)
        assert read_finished(tmp_path) is None
