"""The reference of ops is what C++ registers."""

import re
from pathlib import Path

from frazo_tools.docs.op_reference import Argument, Op, ops, page

OPS = Path("core/ops")

SOURCE = """
REGISTER_OP("Frazo>Half")
    .Input("x: float")
    .Output("y: float")
    .Attr("rate: float = 0.5")
    // Why it is so.
    .SetShapeFn(Infer)
    .Doc(R"doc(
Half of it.

InvalidArgument for nothing: there is
no such thing.

x: [rows, V] logits|numbers, that
  go on.
rate: in [0, 1).
)doc");
"""


def test_an_op_has_its_text_and_its_arguments(tmp_path):
    path = tmp_path / "half.cc"
    path.write_text(SOURCE)
    (op,) = ops([path])
    assert op == Op(
        "Frazo>Half",
        "Half of it.\n\nInvalidArgument for nothing: there is\nno such thing.",
        (
            Argument("Input", "x", "float", "[rows, V] logits|numbers, that\n  go on.\n"),
            Argument("Output", "y", "float", ""),
            Argument("Attr", "rate", "float = 0.5", "in [0, 1)."),
        ),
    )
    assert "| `x` | `float` | `[rows, V]` logits\\|numbers, that go on. |" in page([op])


def test_each_registered_op_has_a_section_with_all_its_inputs():
    found = {op.name: op for op in ops(OPS.glob("*.cc"))}
    registered = re.findall(
        r"^Op<name=(\S+); signature=(.*?) ->", (OPS / "surface.ref").read_text(), re.M
    )
    assert len(registered) > 30
    for name, signature in registered:
        inputs = [argument.name for argument in found[name].arguments if argument.kind == "Input"]
        assert inputs == re.findall(r"(\w+):", signature), name
    assert len(found) == len(registered)
