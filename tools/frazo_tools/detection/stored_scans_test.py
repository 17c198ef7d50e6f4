"""Scans of files of each kind, whole and damaged."""

import gzip

import numpy as np
import pytest
from frazo import _core
from frazo_tools.detection import sample
from frazo_tools.detection.kitti_folder import read_scene
from frazo_tools.detection.point_file_sample import damaged, pcd, ply
from frazo_tools.detection.scene_records import boxes_of, encode_scene
from frazo_tools.detection.stored_scans import SCAN_FILES, ScanProblem, read_scans
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

POINTS = np.array([[1, 2, 3, 0.5], [4, 5, 6, 0.25]], np.float32)
FIELDS = {name: POINTS[:, i] for i, name in enumerate(("x", "y", "z", "intensity"))}
CALIBRATION = (
    "P2: 700 0 600 45 0 700 180 0 0 0 1 0\nR0_rect: 1 0 0 0 1 0 0 0 1\n"
    "Tr_velo_to_cam: 0 -1 0 0 0 0 -1 0 1 0 0 0\n"
)


def save(path, points):
    """Writes points as the ending of the path says."""
    fields = {name: points[:, i] for i, name in enumerate(FIELDS)}
    if path.suffix == ".bin":
        points.tofile(path)
    elif path.suffix == ".npy":
        np.save(path, points)
    elif path.suffix == ".pcd":
        path.write_bytes(pcd(fields, "binary_compressed"))
    else:
        path.write_bytes(ply(fields, "binary_big_endian"))


@pytest.mark.parametrize("ending", SCAN_FILES)
def test_points_that_are_not_finite_are_left_out(tmp_path, ending):
    points = np.repeat(POINTS, 3, 0)
    points[[0, 2, 4], [0, 2, 3]] = np.nan, np.inf, -np.inf
    save(tmp_path / f"a{ending}", points)
    (scan,) = read_scans([tmp_path / f"a{ending}"])
    np.testing.assert_array_equal(scan.points, points[[1, 3, 5]])
    assert (scan.name, scan.left_out, scan.calibration) == ("a", 3, None)
    assert scan.points.dtype == np.float32
    points[:] = np.nan
    save(tmp_path / f"a{ending}", points)
    (scan,) = read_scans([tmp_path / f"a{ending}"])
    assert (scan.points.shape, scan.left_out) == ((0, 4), 6)


@pytest.mark.parametrize("ending", SCAN_FILES)
def test_a_missing_file_is_named(tmp_path, ending):
    (problem,) = read_scans([tmp_path / f"a{ending}"])
    assert problem.text == f"no scan: {tmp_path}/a{ending}"


def test_an_array_without_features_has_no_reflectance(tmp_path):
    np.save(tmp_path / "a.npy", np.array([[1, 2, 3]], np.int16))
    (scan,) = read_scans([tmp_path / "a.npy"])
    np.testing.assert_array_equal(scan.points, [[1, 2, 3, 0]])


def test_a_number_too_large_for_float32_is_not_finite(tmp_path):
    np.save(tmp_path / "a.npy", np.array([[1e300, 2, 3], [4, 5, 6]]))
    (scan,) = read_scans([tmp_path / "a.npy"])
    assert (scan.points.tolist(), scan.left_out) == ([[4, 5, 6, 0]], 1)


@pytest.mark.parametrize(
    ("name", "content", "error"),
    [
        ("a.bin", b"", "a.bin has 0 bytes; a scan has 16 for each of its points"),
        ("a.bin", bytes(17), "a.bin has 17 bytes; a scan has 16 for each of its points"),
        ("a.npy", b"PK", "a.npy: it is no array of NumPy's"),
        ("a.npy", b"\x93NUMPY\1\0v", "a.npy: its header is cut off"),
        ("a.pcd", b"ply\n", "a.pcd: 'ply' begins no line of a header; a .pcd file has VERSION"),
        ("a.ply", b"# .PCD\n", "a.ply: it does not begin with the line 'ply', as .ply files do"),
    ],
)
def test_what_is_no_scan_is_named(tmp_path, name, content, error):
    (tmp_path / name).write_bytes(content)
    (problem,) = read_scans([tmp_path / name])
    assert problem.text.startswith(f"malformed scan: {tmp_path}/{error}")


def test_more_than_ten_million_points_are_no_scan(tmp_path):
    for name, header, size in (
        ("a.bin", b"", 16),
        ("b.npy", b"\x93NUMPY\1\0v\0{'descr':'|u1','fortran_order':False,'shape':(10000001,4)}", 4),
        ("c.pcd", pcd(FIELDS, "binary")[:-32].replace(b" 2\n", b" 10000001\n"), 16),
        ("d.ply", ply(FIELDS, "ascii").replace(b"vertex 2", b"vertex 10000001"), 0),
    ):
        with open(tmp_path / name, "wb") as file:
            file.write(header.ljust(127) + b"\n" if name == "b.npy" else header)
            # A hole takes no place on the disk.
            file.truncate(max(file.tell(), size * 10_000_001 + (128 if name == "b.npy" else 0)))
        (problem,) = read_scans([tmp_path / name])
        assert "are no scan" in problem.text


def write_npy(content):
    return b"\x93NUMPY\1\0v\0" + content.ljust(117) + b"\n" + POINTS.tobytes()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(SCAN_FILES),
    damaged(
        [
            write_npy(b"{'descr': '<f4', 'fortran_order': False, 'shape': (2, 4), }"),
            pcd(FIELDS, "ascii"),
            ply(FIELDS, "ascii"),
        ]
    ),
)
def test_any_bytes_are_a_scan_or_a_problem(tmp_path, ending, content):
    path = tmp_path / f"a{ending}"
    path.write_bytes(content)
    (scan,) = read_scans([path])
    if isinstance(scan, ScanProblem):
        assert str(path) in scan.text
    else:
        assert np.isfinite(scan.points).all()
        assert scan.points.shape[1] >= 4


def test_the_calibration_and_the_image_beside_a_scan_are_read(tmp_path):
    for name in ("velodyne", "calib", "image_2"):
        (tmp_path / name).mkdir()
    path = tmp_path / "velodyne" / "000001.bin"
    save(path, POINTS)
    (scan,) = read_scans([path])
    assert (scan.calibration, scan.image_size) == (None, (1242, 375))
    (tmp_path / "calib" / "000001.txt").write_text("P2: 1")
    (problem,) = read_scans([path])
    assert "malformed calibration" in problem.text
    assert "000001.txt, line 1: P2 has 1 values" in problem.text
    (tmp_path / "calib" / "000001.txt").write_text(CALIBRATION.replace("700", "nan"))
    (problem,) = read_scans([path])
    assert "000001.txt, line 1: P2 has values that are not from -1,000,000 to" in problem.text
    (tmp_path / "calib" / "000001.txt").write_text(CALIBRATION)
    (tmp_path / "image_2" / "000001.png").write_bytes(sample.png(1224, 370))
    (scan,) = read_scans([path])
    np.testing.assert_allclose(scan.calibration.velo_to_image[2], [1, 0, 0, 0])
    assert scan.image_size == (1224, 370)


@pytest.mark.parametrize("compression", ["none", "gzip"])
def test_records_have_their_scans_compressed_or_not(tmp_path, compression):
    sample.write_folder(tmp_path / "kitti")
    scene = read_scene(tmp_path / "kitti", "train", "000002")
    path = tmp_path / "x.tfrecord"
    with _core.RecordWriter(path) as writer:
        writer.write(encode_scene(scene, boxes_of(scene.objects, scene.calibration)))
        writer.write(b"no scan")
    if compression == "gzip":
        path.write_bytes(gzip.compress(path.read_bytes()))
    scan, problem = read_scans([path])
    assert scan.name == "000002"
    np.testing.assert_array_equal(scan.points, scene.points)
    assert problem.text.startswith(f"{path}, record 1: the record is no tf.Example")


def test_records_that_are_none_are_named(tmp_path):
    (tmp_path / "x.tfrecord").write_bytes(b"no record")
    (problem,) = read_scans([tmp_path / "x.tfrecord"])
    assert "x.tfrecord" in problem.text
