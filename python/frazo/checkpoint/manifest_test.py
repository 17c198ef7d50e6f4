from pathlib import Path

import pytest
from frazo.checkpoint.manifest import (
    DamagedCheckpointError,
    FileRecord,
    Manifest,
    checkpoint_name,
    read_manifest,
    step_of,
    verify_files,
)


def write_manifest(directory, manifest):
    (directory / f"ckpt-{manifest.step:08d}.manifest").write_text(manifest.to_text())


MANIFEST = Manifest(205, 1795364450.25, (FileRecord("ckpt-00000205.index", 1079, 2015226104),))


def test_names_sort_by_step_up_to_eight_digits_and_grow_beyond():
    assert checkpoint_name(205) == "ckpt-00000205"
    assert checkpoint_name(1234567890) == "ckpt-1234567890"
    assert step_of("ckpt-00000205.data-00000-of-00001") == 205
    assert step_of("ckpt-1234567890.manifest") == 1234567890
    assert step_of("ckpt-00000205") == 205


@pytest.mark.parametrize(
    "name",
    [
        "events.out.tfevents.1",
        "ckpt-00000205_best",
        "ckpt-00000205.index.bak",
        "ckpt-00000205.index\n",
        "ckpt-00000205.damaged",
        "ckpt-0000205.index",
        "ckpt-000000205.index",
        "ckpt-٠٠٠٠٠٢٠٥.index",
        "my-ckpt-00000205.index",
        "x/ckpt-00000205.index",
    ],
)
def test_other_names_are_no_names_of_checkpoints(name):
    assert step_of(name) is None


@pytest.mark.parametrize(
    "name",
    [
        "../../thesis.tex",
        "/etc/passwd",
        "../train/ckpt-00000205.index",
        "./ckpt-00000205.index",
        "ckpt-00000206.index",
        "ckpt-00000205.manifest",
        "ckpt-00000205",
        "ckpt-00000205_best/weights",
        "checkpoint",
        "",
    ],
)
def test_a_manifest_can_list_only_files_of_its_own_checkpoint(tmp_path, name):
    record = FileRecord("ckpt-00000205.data-00000-of-00001", 5, 1)
    write_manifest(tmp_path, Manifest(205, 1.0, (record, FileRecord(name, 5, 1))))
    with pytest.raises(DamagedCheckpointError) as failure:
        read_manifest(tmp_path, 205)
    assert str(failure.value) == (
        f"{tmp_path}/ckpt-00000205.manifest: lists {name!r}, but a manifest may list only "
        "ckpt-00000205.index and ckpt-00000205.data-* of its own folder. Copy the checkpoint again from "
        "where it was made"
    )


@pytest.mark.parametrize("name", [None, 7, ["ckpt-00000205.index"]])
def test_a_name_that_is_no_text_is_refused(name):
    text = Manifest(205, 1.0, (FileRecord(name, 5, 1),)).to_text()
    with pytest.raises(DamagedCheckpointError, match=r"^m: the manifest cannot be read: "):
        Manifest.from_text(text, Path("m"))


def test_what_is_written_is_read(tmp_path):
    write_manifest(tmp_path, MANIFEST)
    assert read_manifest(tmp_path, 205) == MANIFEST


def test_every_flipped_bit_of_a_manifest_is_noticed():
    data = MANIFEST.to_text().encode()
    for position in range(len(data) * 8):
        flipped = bytearray(data)
        flipped[position // 8] ^= 1 << position % 8
        with pytest.raises(DamagedCheckpointError):
            Manifest.from_text(flipped.decode("utf-8", "replace"), Path("m"))


@pytest.mark.parametrize("length", [0, 1, 100, -2])
def test_a_truncated_manifest_is_noticed(length):
    with pytest.raises(DamagedCheckpointError, match=r"^/a/m: the manifest cannot be read: "):
        Manifest.from_text(MANIFEST.to_text()[:length], Path("/a/m"))


def test_a_manifest_of_another_step_is_refused(tmp_path):
    write_manifest(tmp_path, MANIFEST)
    (tmp_path / "ckpt-00000205.manifest").rename(tmp_path / "ckpt-00000300.manifest")
    with pytest.raises(
        DamagedCheckpointError, match=r"300\.manifest: the manifest is for step 205"
    ):
        read_manifest(tmp_path, 300)


def test_a_manifest_of_a_later_format_says_so():
    text = MANIFEST.to_text().replace('"format": 1', '"format": 2')
    with pytest.raises(DamagedCheckpointError, match="manifest format 2; this version reads"):
        Manifest.from_text(text, Path("m"))


def test_verification_names_the_file_and_what_is_wrong(tmp_path):
    path = tmp_path / "data"
    path.write_bytes(b"frazo")
    record = FileRecord.of(path)
    verify_files(tmp_path, [record])
    path.write_bytes(b"fraz0")
    with pytest.raises(DamagedCheckpointError, match=f"^{path}: CRC32C 0x[0-9a-f]+; 0x"):
        verify_files(tmp_path, [record])
    path.write_bytes(b"fra")
    with pytest.raises(DamagedCheckpointError, match=f"^{path}: 3 bytes; 5 were written"):
        verify_files(tmp_path, [record])
    path.unlink()
    with pytest.raises(DamagedCheckpointError, match=f"^{path}: .*No such file or directory"):
        verify_files(tmp_path, [record])
