import collections

import pytest
from frazo.shard.connected_mesh import connected_mesh, mesh_coordinates
from frazo.shard.mesh import Fused
from frazo.shard.mesh_layout import PipelineLayout


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


def test_stages_are_connected_with_their_neighbours_by_keys_of_their_own():
    sizes = {"data": 2, "stage": 3, "model": 2}
    layout = PipelineLayout("stage")
    meshes = [connected_mesh(rank, sizes, {}, "data", layout) for rank in range(12)]
    members = collections.defaultdict(set)
    for rank, mesh in enumerate(meshes):
        pipeline = mesh.pipeline
        assert pipeline.stage == rank // 2 % 3
        for name, channel in (
            ("forward", pipeline.to_next),
            ("forward", pipeline.from_previous),
            ("backward", pipeline.to_previous),
            ("backward", pipeline.from_next),
        ):
            if channel is not None:
                members[name, channel.key].add(rank)
        if pipeline.ends is not None:
            members["ends", pipeline.ends.key].add(rank)
        for group in (*mesh.groups.values(), mesh.everyone):
            members[group.axis, group.key].add(rank)
    # No key has two meanings.
    assert len({key for _, key in members}) == len(members)
    neighbours = sorted(ranks for (name, _), ranks in members.items() if name == "forward")
    assert all(max(pair) - min(pair) == 2 for pair in neighbours)
    assert len(neighbours) == 8
    ends = sorted(sorted(ranks) for (name, _), ranks in members.items() if name == "ends")
    assert ends == [[0, 4], [1, 5], [6, 10], [7, 11]]


def test_a_pipeline_of_one_stage_is_none():
    assert connected_mesh(0, {"stage": 1}, {}, "", PipelineLayout("stage")).pipeline is None
