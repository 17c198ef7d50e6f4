"""Prints a model's variables as a table."""

import math
from collections.abc import Sequence

import tensorflow as tf
from frazo.checkpoint.restore import variable_key
from frazo.layers.declaration import find_declaration, full_shape
from frazo.shard.mesh import axis_names


def model_analysis(variables: Sequence[tf.Variable]) -> str:
    """Formats a table with one line per variable, and the total.

    Args:
      variables: The variables, in the order of the lines.

    Returns:
      Lines with the shape, the number of values, the logical axes and the name. Shape and number
      are those of the whole variable, even if this process holds a part of it.
    """
    rows = [
        (
            str(full_shape(variable)),
            math.prod(full_shape(variable)),
            _axes(variable),
            variable_key(variable),
        )
        for variable in variables
    ]
    total = sum(size for _, size, _, _ in rows)
    shape_width = max([len("shape"), *(len(shape) for shape, _, _, _ in rows)])
    size_width = max(len("size"), len(f"{total:,}"))
    axes_width = max([len("axes"), *(len(axes) for _, _, axes, _ in rows)])
    lines = [f"{'shape':<{shape_width}}  {'size':>{size_width}}  {'axes':<{axes_width}}  name"]
    lines += [
        f"{shape:<{shape_width}}  {size:>{size_width},}  {axes:<{axes_width}}  {name}"
        for shape, size, axes, name in rows
    ]
    lines.append("-" * max(len(line) for line in lines))
    lines.append(f"{'total':<{shape_width}}  {total:>{size_width},}  parameters")
    return "\n".join(lines) + "\n"


def _axes(variable: tf.Variable) -> str:
    """Returns, for example, "embed, heads|heads|heads"; "-" if the variable declares no axes."""
    declaration = find_declaration(variable)
    names = axis_names(declaration.axes) if declaration else ()
    return ", ".join(names) or "-"
