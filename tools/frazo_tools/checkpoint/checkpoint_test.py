"""The program from its command line."""

import pytest
from frazo_tools.checkpoint import checkpoint


def test_help_shows_the_commands(capsys):
    with pytest.raises(SystemExit) as ended:
        checkpoint.main(["--help"])
    assert ended.value.code == 0
    printed = capsys.readouterr().out
    for command in ("list", "compare", "average", "export", "import", "upcycle"):
        assert f"//tools:checkpoint -- {command} " in printed


def test_a_folder_without_checkpoints_is_an_error(tmp_path, capsys):
    assert checkpoint.main(["list", str(tmp_path)]) == 2
    assert capsys.readouterr().err == f"checkpoint list: {tmp_path}: there is no checkpoint\n"


def test_a_path_without_a_checkpoint_is_an_error(tmp_path, capsys):
    assert checkpoint.main(["list", str(tmp_path / "nothing")]) == 2
    assert "nothing: is neither a checkpoint nor a folder" in capsys.readouterr().err
