"""Reading of folders: what is right and what is not."""

import numpy as np
import pytest
from frazo_tools.detection import sample
from frazo_tools.detection.kitti_folder import read_scene, read_split
from frazo_tools.detection.scene_errors import FolderError, SceneError


@pytest.fixture
def folder(tmp_path):
    sample.write_folder(tmp_path)
    return tmp_path


def test_a_scan_has_points_labels_and_a_calibration(folder):
    scene = read_scene(folder, "train", "000002")
    np.testing.assert_array_equal(scene.points, sample.points(42))
    assert scene.lines == sample.LABELS.splitlines()
    assert [each.label for each in scene.objects] == ["Car", "Pedestrian", "DontCare"]
    assert scene.calibration_text == sample.CALIBRATION
    assert scene.calibration.velo_to_cam[1, 3] == -0.08
    assert scene.image is None
    assert scene.image_size is None


def test_an_image_tells_its_size(folder):
    (folder / "training" / "image_2").mkdir()
    (folder / "training" / "image_2" / "000002.png").write_bytes(sample.png(1224, 370))
    scene = read_scene(folder, "train", "000002")
    assert scene.image is None
    assert scene.image_size == (1224, 370)
    scene = read_scene(folder, "train", "000002", with_image=True)
    assert scene.image == sample.png(1224, 370)
    (folder / "training" / "image_2" / "000002.png").write_bytes(b"GIF89a" + bytes(40))
    with pytest.raises(SceneError) as raised:
        read_scene(folder, "train", "000002")
    assert raised.value.reason == "malformed image"
    assert raised.value.detail.endswith("000002.png is no PNG file")


def test_a_test_split_has_no_labels(folder):
    assert read_split(folder, "test") == ["000000"]
    scene = read_scene(folder, "test", "000000")
    np.testing.assert_array_equal(scene.points, sample.points(9))
    assert (scene.lines, scene.objects) == (None, [])


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (None, "train.txt does not exist; it has the ids of the scans of 'train', one a line"),
        (b"", "train.txt has no id of a scan"),
        (b"1\n../2\n", r"train.txt: '\.\./2' is no id of a scan, such as 000000"),
        (b"1\n2\n1\n", "train.txt: 1 comes twice"),
        (b"\xff\xfe", "train.txt is not UTF-8"),
    ],
)
def test_what_is_no_split_is_an_error(folder, text, error):
    path = folder / "ImageSets" / "train.txt"
    path.unlink()
    if text is not None:
        path.write_bytes(text)
    with pytest.raises(FolderError, match=error):
        read_split(folder, "train")


def not_finite(value):
    points = sample.points(8)
    points[5, 2] = value
    return points.tobytes()


@pytest.mark.parametrize(
    ("file", "content", "reason", "detail"),
    [
        ("velodyne/000002.bin", None, "no scan", "velodyne/000002.bin"),
        ("velodyne/000002.bin", b"", "malformed scan", "has 0 bytes; a scan has 16 for each of"),
        ("velodyne/000002.bin", bytes(17), "malformed scan", "has 17 bytes; a scan has 16"),
        (
            "velodyne/000002.bin",
            not_finite(np.nan),
            "malformed scan",
            "point 5 has a value that is not finite",
        ),
        ("velodyne/000002.bin", not_finite(-np.inf), "malformed scan", "point 5 has a value"),
        ("calib/000002.txt", None, "no calibration", "calib/000002.txt"),
        ("calib/000002.txt", b"P2: 1\n", "malformed calibration", "000002.txt, line 1: P2 has 1"),
        (
            "calib/000002.txt",
            sample.CALIBRATION.replace("-0.27", "nan").encode(),
            "malformed calibration",
            "000002.txt, line 4: Tr_velo_to_cam has values that are not from -1,000,000 to",
        ),
        ("calib/000002.txt", b"\xff", "malformed calibration", "000002.txt is not UTF-8"),
        ("label_2/000002.txt", None, "no labels", "label_2/000002.txt"),
        (
            "label_2/000002.txt",
            sample.LABELS.replace("Pedestrian", "Person").encode(),
            "malformed labels",
            "label_2/000002.txt, line 2: unknown class 'Person'",
        ),
        (
            "label_2/000002.txt",
            sample.LABELS.replace("20.00", "nan").encode(),
            "malformed labels",
            "label_2/000002.txt, line 1: column 14: 'nan' is not from -1,000,000 to 1,000,000",
        ),
        ("label_2/000002.txt", b"\n", "malformed labels", "line 1: 0 columns; a label has 15"),
    ],
)
def test_a_malformed_file_is_named(folder, file, content, reason, detail):
    path = folder / "training" / file
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SceneError) as raised:
        read_scene(folder, "train", "000002")
    assert raised.value.reason == reason
    assert detail in raised.value.detail


def test_a_scan_of_more_than_ten_million_points_is_none(folder):
    with open(folder / "training" / "velodyne" / "000002.bin", "wb") as file:
        file.truncate(16 * 10_000_001)
    with pytest.raises(SceneError) as raised:
        read_scene(folder, "train", "000002")
    assert "has 160,000,016 bytes; more than 160,000,000 are no scan" in raised.value.detail


def test_an_empty_label_file_is_a_scan_without_objects(folder):
    (folder / "training" / "label_2" / "000002.txt").write_bytes(b"")
    scene = read_scene(folder, "train", "000002")
    assert (scene.lines, scene.objects) == ([], [])
