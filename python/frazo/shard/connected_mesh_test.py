import pytest
from frazo.shard.connected_mesh import connected_mesh, mesh_coordinates
from frazo.shard.mesh import Fused


def test_the_last_axis_changes_fastest():
    sizes = {"data": 2, "model": 3}
    places = [tuple(mesh_coordinates(rank, sizes).values()) for rank in range(6)]
    assert places == [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)]


def test_each_line_of_an_axis_has_a_key_of_its_own():
    sizes = {"data": 2, "expert": 1, "model": 2}
    meshes = [connected_mesh(rank, sizes, {}, "data") for rank in range(4)]
    lines = {}
    for rank, mesh in enumerate(meshes):
        for name, group in [*mesh.groups.items(), ("all", mesh.everyone)]:
            assert group.axis == name
            lines.setdefault((group.key, name), []).append(rank)
    assert len({key for key, _ in lines}) == len(lines)
    assert sorted(lines.values()) == sorted(
        [[0, 2], [1, 3], [0], [1], [2], [3], [0, 1], [2, 3], [0, 1, 2, 3]]
    )


def test_what_is_cut_and_who_holds_copies():
    rules = {"heads": "model", "expert": "data", "bucket": "single"}
    sizes = {"data": 2, "single": 1, "model": 2}
    meshes = [connected_mesh(rank, sizes, rules, "data") for rank in range(4)]
    firsts = {
        cuts: [mesh.is_first(cuts) for mesh in meshes]
        for cuts in [(), ("model",), ("data", "model"), ("data",)]
    }
    assert firsts == {
        (): [True, False, False, False],
        ("model",): [True, True, False, False],
        ("data", "model"): [True] * 4,
        ("data",): [True, False, True, False],
    }
    assert [meshes[3].copies(cuts) for cuts in firsts] == [4, 2, 1, 2]
    assert meshes[1].group("heads") is meshes[1].groups["model"]
    assert meshes[1].group(Fused.equal("heads", 2, 8)) is meshes[1].groups["model"]
    assert meshes[1].group("bucket") is None
    assert meshes[1].group("embed") is None


def test_wrong_meshes_are_errors():
    with pytest.raises(ValueError, match="it has 4 workers, from 0 on, and no worker 4"):
        connected_mesh(4, {"data": 2, "model": 2}, {}, "data")
    with pytest.raises(ValueError, match="batch_axis is batch, but the axes are data, model"):
        connected_mesh(0, {"data": 2, "model": 2}, {}, "batch")
