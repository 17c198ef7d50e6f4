"""A wheel that should not be published is refused."""

import base64
import hashlib
import zipfile

import pytest
from frazo.program.errors import JobError
from frazo_tools.release import wheel_check
from frazo_tools.release.wheel_check import check_wheel

NAME = "frazo-0.1.0-cp311-cp311-manylinux_2_35_x86_64.whl"
METADATA = b"Metadata-Version: 2.4\nName: frazo\nVersion: 0.1.0\nLicense-Expression: Apache-2.0\n"
MODULE = b"VERSION = 1\n"


def wheel(folder, name=NAME, metadata=METADATA, recorded=MODULE):
    digest = base64.urlsafe_b64encode(hashlib.sha256(recorded).digest()).rstrip(b"=").decode()
    information = "frazo-0.1.0.dist-info"
    with zipfile.ZipFile(folder / name, "w") as file:
        file.writestr("frazo/a.py", MODULE)
        file.writestr(f"{information}/METADATA", metadata)
        record = f"frazo/a.py,sha256={digest},{len(recorded)}\n{information}/RECORD,,\n"
        file.writestr(f"{information}/RECORD", record)
    return folder / name


def test_a_good_wheel_passes(tmp_path):
    check_wheel(wheel(tmp_path), "0.1.0")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"name": "frazo.whl"}, r"frazo\.whl: .*packaging/make_wheel\.py writes the name"),
        ({"name": NAME.replace("0.1.0", "0.2.0")}, r"expected frazo 0\.1\.0\. Build it anew"),
        ({"name": NAME.replace("2_35", "2_39")}, r"manylinux_2_39_x86_64 does not run where glibc"),
        ({"name": NAME.replace("manylinux_2_35", "linux")}, r"linux_x86_64 does not run where"),
        ({"metadata": METADATA + b"Requires-Dist: a ==\n"}, r"wrong METADATA: .*project\.toml is"),
        ({"metadata": METADATA.replace(b"0.1", b"0.3")}, r"METADATA is of frazo 0\.3\.0, not of"),
        ({"recorded": b"other"}, r"frazo/a\.py is not what RECORD says\. The wheel is damaged"),
    ],
)
def test_a_wrong_wheel_is_refused_with_what_to_do(tmp_path, change, message):
    with pytest.raises(JobError, match=message):
        check_wheel(wheel(tmp_path, **change), "0.1.0")


def test_a_large_wheel_is_refused(tmp_path, monkeypatch):
    path = wheel(tmp_path)
    monkeypatch.setattr(wheel_check, "MOST_BYTES", path.stat().st_size - 1)
    with pytest.raises(JobError, match=r"MB, more than 0\. Look what grew: unzip -lv frazo-0"):
        check_wheel(path, "0.1.0")
