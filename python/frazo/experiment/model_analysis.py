"""A model's variables as a table."""

import math
from collections.abc import Sequence

import tensorflow as tf
from frazo.checkpoint.restore import variable_key


def model_analysis(variables: Sequence[tf.Variable]) -> str:
    """One line a variable, in the order given: shape, size, name; then the total."""
    rows = [
        (str(variable.shape.as_list()), math.prod(variable.shape.as_list()), variable_key(variable))
        for variable in variables
    ]
    total = sum(size for _, size, _ in rows)
    shape_width = max([len("shape"), *(len(shape) for shape, _, _ in rows)])
    size_width = max(len("size"), len(f"{total:,}"))
    lines = [f"{'shape':<{shape_width}}  {'size':>{size_width}}  name"]
    lines += [
        f"{shape:<{shape_width}}  {size:>{size_width},}  {name}" for shape, size, name in rows
    ]
    lines.append("-" * max(len(line) for line in lines))
    lines.append(f"{'total':<{shape_width}}  {total:>{size_width},}  parameters")
    return "\n".join(lines) + "\n"
