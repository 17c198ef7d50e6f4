import pathlib


def test_the_public_surface_is_the_reviewed_one():
    built = pathlib.Path(__file__).with_name("_core.pyi").read_text()
    reviewed = pathlib.Path(__file__).with_name("_core.pyi.ref").read_text()
    assert built == reviewed, (
        "_core's interface differs from the reviewed one; if that is meant, replace"
        " python/frazo/_core.pyi.ref by bazel-bin/python/frazo/_core.pyi"
    )
