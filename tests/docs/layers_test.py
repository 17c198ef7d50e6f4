"""docs/layers.md is what the messages and the layers say."""

from pathlib import Path

from frazo_tools.docs.layer_reference import PACKAGE, ROOMS, reference
from frazo_tools.docs.registered_classes import bindings


def test_the_page_is_up_to_date():
    page = reference(bindings(PACKAGE, ROOMS))
    assert page == Path("docs/layers.md").read_text(encoding="utf-8"), (
        "docs/layers.md is not what the comments say. Run ./bazelw run //tools:layer_reference."
    )


def test_a_layer_has_its_comment_fields_and_class():
    page = reference(bindings(PACKAGE, ROOMS))
    section = page.split("## Dropout\n")[1].split("\n## ")[0]
    assert "`frazo.layers.dropout.Dropout`:" in section
    assert "| `rate` | float |" in section
    assert "In [0, 1)" in section
