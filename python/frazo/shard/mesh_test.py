import dataclasses

import pytest
from frazo.shard.mesh import (
    Axis,
    Fused,
    Mesh,
    Range,
    axis_names,
    boxes,
    held_shape,
    is_whole,
    local_boxes,
    part_of,
    within,
)

_GRID = Mesh(
    sizes={"data": 2, "model": 2},
    coordinates={"data": 0, "model": 1},
    rules={"embed": "data", "mlp": "model", "heads": "model"},
)


def held(shape, axes, mesh=_GRID):
    return mesh.held("fc/kernel", shape, axes)


def test_a_part_of_what_is_held_is_a_part_of_its_ranges():
    held = (Range(2, 3), Range(10, 2))
    assert part_of(held, Range(0, 5)) == held
    assert part_of(held, Range(2, 2)) == (Range(4, 1), Range(10, 1))
    assert part_of(held, Range(3, 1)) == (Range(10, 1),)


def test_one_process_holds_everything():
    assert held((4, 6), ("embed", "mlp"), Mesh.single()) == ((Range(0, 4),), (Range(0, 6),))
    assert held((), (), Mesh.single()) == ()


def test_each_axis_is_cut_along_the_mesh_axis_of_its_rule():
    # Row block 0 of 2 and column block 1 of 2; "position" has no rule.
    assert held((4, 6), ("embed", "mlp")) == ((Range(0, 2),), (Range(3, 3),))
    assert held((5, 6), ("position", "mlp")) == ((Range(0, 5),), (Range(3, 3),))


def test_parts_of_a_fused_axis_are_cut_each_by_itself():
    # The second halves of the parts [0, 4) and [4, 12) are [2, 4) and [8, 12).
    heads = Axis("heads")
    (ranges,) = held((12,), (Fused((heads, heads), (4, 8)),))
    assert ranges == (Range(2, 2), Range(8, 4))
    # The first halves of [0, 4) and [4, 8), and all of [8, 10), which touches no other range.
    first = dataclasses.replace(_GRID, coordinates={"data": 0, "model": 0})
    fused = Fused((heads, heads, Axis("kept")), (4, 4, 2))
    assert held((10,), (fused,), first) == ((Range(0, 2), Range(4, 2), Range(8, 2)),)


def test_ranges_that_touch_are_one():
    # The second half of [0, 4) and all of [4, 6).
    assert held((6,), (Fused((Axis("mlp"), Axis("kept")), (4, 2)),)) == ((Range(2, 4),),)
    fused = Fused.equal("mlp", 4, 3)
    assert held((12,), (fused,), Mesh.single()) == ((Range(0, 12),),)


def test_pieces_of_all_processes_are_the_whole():
    fused = Fused((Axis("heads", unit=2), Axis("mlp")), (8, 6))
    seen = []
    for model in range(2):
        mesh = dataclasses.replace(_GRID, coordinates={"data": 0, "model": model})
        (ranges,) = held((14,), (fused,), mesh)
        seen += [index for start, size in ranges for index in range(start, start + size)]
    assert sorted(seen) == list(range(14))


@pytest.mark.parametrize(
    ("shape", "axes", "message"),
    [
        ((4,), ("embed", "mlp"), r"fc/kernel: the variable has 1 dimensions and 2 logical axes"),
        ((5, 6), ("embed", "mlp"), r"embed of size 5 cannot be cut into 2 equal pieces of whole"),
        ((12,), (Axis("heads", unit=4),), r"heads of size 12 .* multiples of 4. Change the size"),
        ((4, 4), ("heads", "mlp"), r"axis model would cut dimension 0 and dimension 1. Change"),
        ((7,), (Fused.equal("mlp", 2, 3),), r"dimension 0 has size 7, but its parts have 6 tog"),
    ],
)
def test_what_cannot_be_cut_is_an_error(shape, axes, message):
    with pytest.raises(ValueError, match=message):
        held(shape, axes)


@pytest.mark.parametrize(
    ("sizes", "coordinates", "rules", "message"),
    [
        ({"data": 2}, {}, {}, "the axes are data, but there are coordinates for none. Give one"),
        ({"data": 2}, {"data": 2}, {}, "axis data is 2, but the axis has 2 processes"),
        ({"data": 2}, {"data": 0}, {"mlp": "model"}, "rule for mlp names the axis model, but the"),
    ],
)
def test_mesh_that_contradicts_itself_is_an_error(sizes, coordinates, rules, message):
    with pytest.raises(ValueError, match=message):
        Mesh(sizes, coordinates, rules)


def test_names_and_shapes():
    fused = Fused.equal("heads", 3, 2)
    assert axis_names(("embed", Axis("mlp"), fused)) == ("embed", "mlp", "heads|heads|heads")
    both = ((Range(0, 2),), (Range(1, 1), Range(3, 2)))
    assert held_shape(both) == (2, 3)
    assert not is_whole(both, (2, 5))
    assert is_whole(((Range(0, 2),),), (2,))


def test_ranges_within_a_part_count_from_its_start():
    # The ranges [2, 6) and [7, 9) hold [4, 6) and [7, 8) of [4, 8).
    ranges = (Range(2, 4), Range(7, 2))
    assert within(ranges, Range(4, 4)) == (Range(0, 2), Range(3, 1))
    assert within(ranges, Range(9, 3)) == ()


def test_boxes_are_all_combinations_of_ranges():
    held_ranges = ((Range(4, 2),), (Range(2, 3), Range(7, 1)))
    assert boxes(held_ranges) == [(Range(4, 2), Range(2, 3)), (Range(4, 2), Range(7, 1))]
    # The held ranges lie side by side in the array.
    assert local_boxes(held_ranges) == [(Range(0, 2), Range(0, 3)), (Range(0, 2), Range(3, 1))]
