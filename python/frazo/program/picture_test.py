import struct
import subprocess
import sys

from frazo.program.picture import DOTS_PER_INCH, new_figure, png


def test_a_picture_has_the_size_of_its_figure():
    figure = new_figure(3, 2)
    figure.add_subplot().plot([1, 2], [3, 4])
    drawn = png(figure)
    assert drawn.startswith(b"\x89PNG")
    # The header chunk begins at byte 16 with width and height.
    assert struct.unpack(">II", drawn[16:24]) == (3 * DOTS_PER_INCH, 2 * DOTS_PER_INCH)


def test_nothing_is_printed_where_no_font_cache_can_be_kept(tmp_path):
    (tmp_path / "file").write_text("")
    drawn = subprocess.run(
        [
            sys.executable,
            "-c",
            "from absl import logging; logging.set_verbosity(logging.INFO)\n"
            "logging.use_absl_handler()\n"
            "from frazo.program.picture import new_figure; new_figure(1, 1)",
        ],
        env={"PYTHONPATH": ":".join(sys.path), "MPLCONFIGDIR": str(tmp_path / "file" / "folder")},
        capture_output=True,
        text=True,
    )
    assert (drawn.returncode, drawn.stderr) == (0, "")
