"""Checks what an export says of its signatures, for tests."""

from collections.abc import Callable, Mapping

import numpy as np
import tensorflow as tf


def check_row_wise(
    signatures: Mapping[str, Callable],
    row_wise: Mapping[str, Mapping[str, str]],
    tensors: Mapping[str, tf.Tensor],
) -> None:
    """Asserts that each row gets what it gets alone.

    Args:
      signatures: The signatures of a loaded export.
      row_wise: What Servable.row_wise() returned.
      tensors: All their inputs, by name. All but scalars have as many rows.
    """
    for name, padded in row_wise.items():
        signature = signatures[name]
        inputs = {key: tensors[key] for key in signature.structured_input_signature[1]}
        together = signature(**inputs)
        num_rows = max(value.shape[0] for value in inputs.values() if value.shape.rank)
        for row in range(num_rows):
            own = {
                key: value[row : row + 1] if value.shape.rank else value
                for key, value in inputs.items()
            }
            for output, alone in signature(**own).items():
                found = together[output][row : row + 1].numpy()
                if output in padded:
                    found = found[:, : together[padded[output]][row]]
                where = f"row {row} of {output} of {name}"
                if alone.dtype.is_floating:
                    np.testing.assert_allclose(found, alone, atol=1e-4, err_msg=where)
                else:
                    np.testing.assert_array_equal(found, alone, err_msg=where)
