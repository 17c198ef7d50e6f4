from frazo_tools.serving.version_folders import version_folders


def write(folder, text="x"):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "saved_model.pb").write_text(text)


def found(base):
    return [
        (folder.version, str(folder.path.relative_to(base))) for folder in version_folders(base)
    ]


def test_numbers_are_versions(tmp_path):
    for name in ("2", "10", "1234567890123", "x1", "-3", "1.5", "9" * 19, "\u0663"):
        write(tmp_path / name)
    (tmp_path / "11").mkdir()
    assert found(tmp_path) == [(1234567890123, "1234567890123"), (10, "10"), (2, "2")]


def test_an_export_without_a_number_is_version_1(tmp_path):
    write(tmp_path)
    assert found(tmp_path) == [(1, ".")]
    write(tmp_path / "inference_graph")
    assert found(tmp_path) == [(1, "inference_graph")]
    write(tmp_path / "2")
    assert found(tmp_path) == [(2, "2"), (1, "inference_graph")]
    write(tmp_path / "1")
    assert found(tmp_path) == [(2, "2"), (1, "1")]


def test_a_folder_that_is_not_there_has_none(tmp_path):
    assert version_folders(tmp_path / "none") == []
    (tmp_path / "file").touch()
    assert version_folders(tmp_path / "file") == []


def test_the_fingerprint_tells_changes(tmp_path):
    write(tmp_path / "1")
    (before,) = version_folders(tmp_path)
    assert version_folders(tmp_path) == [before]
    (tmp_path / "1" / "variables").mkdir()
    (tmp_path / "1" / "variables" / "a").touch()
    (added,) = version_folders(tmp_path)
    assert added.fingerprint != before.fingerprint
    # Another file of the same size takes its place.
    write(tmp_path / "2", "y")
    (tmp_path / "2" / "saved_model.pb").replace(tmp_path / "1" / "saved_model.pb")
    (replaced,) = version_folders(tmp_path)
    assert replaced.fingerprint != added.fingerprint
