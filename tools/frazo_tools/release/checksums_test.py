"""Sums are those of sha256sum."""

import subprocess

from frazo_tools.release.checksums import checksums


def test_sha256sum_accepts_them(tmp_path):
    (tmp_path / "b").write_bytes(b"\0" * 100_000)
    (tmp_path / "a").write_bytes(b"abc")
    text = checksums([tmp_path / "b", tmp_path / "a"])
    # That of "abc", from FIPS 180-2.
    assert text.startswith("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  a\n")
    (tmp_path / "SHA256SUMS").write_text(text)
    subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=tmp_path, check=True)
