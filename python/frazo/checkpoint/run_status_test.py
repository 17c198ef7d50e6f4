from frazo.checkpoint.run_status import clear_finished, finished_step, mark_finished


def test_the_mark_holds_the_step_until_it_is_cleared(tmp_path):
    assert finished_step(tmp_path) is None
    mark_finished(tmp_path, 205)
    assert finished_step(tmp_path) == 205
    clear_finished(tmp_path)
    clear_finished(tmp_path)
    assert finished_step(tmp_path) is None


def test_an_illegible_mark_is_none(tmp_path):
    (tmp_path / "finished").write_text("205?")
    assert finished_step(tmp_path) is None
