"""Meshes of test processes, and the variables that they train."""

import math

import numpy as np
from frazo.layers.declaration import find_declaration, full_shape
from frazo.proto import mesh_pb2
from frazo.shard.connected_mesh import connected_mesh
from frazo.shard.mesh_layout import mesh_layout
from google.protobuf import text_format


def mesh_of(rank, sizes, fields=""):
    """Returns the mesh of a process.

    Args:
      rank: Its number.
      sizes: The number of processes along each axis, by its name.
      fields: The other fields of the mesh, in text.
    """
    text = " ".join(f'axes {{ name: "{name}" size: {size} }}' for name, size in sizes.items())
    message = text_format.Parse(f"{text} {fields}", mesh_pb2.Mesh())
    layout = mesh_layout(message, math.prod(sizes.values()))
    assert layout is not None
    return connected_mesh(rank, *layout)


def part_of(variable):
    """Returns what this process holds of a variable: the ranges, the whole shape, the value."""
    declaration = find_declaration(variable)
    return declaration.held if declaration else None, full_shape(variable), variable.numpy()


def whole_variables(parts):
    """Joins the parts of all processes; each index must be in as many parts as it has copies."""
    joined = {}
    for name, (_, shape, _) in parts[0].items():
        whole, seen = np.zeros(shape, np.float64), np.zeros(shape, int)
        for part in parts:
            held, _, value = part[name]
            index = np.ix_(*([i for r in d for i in range(r[0], sum(r))] for d in held or ()))
            index = index if held else ...
            np.testing.assert_array_equal(whole[index][seen[index] > 0], value[seen[index] > 0])
            whole[index] = value
            seen[index] += 1
        assert seen.min() == seen.max() > 0, name
        joined[name] = whole
    return joined
