from frazo.config import load_experiment
from frazo.plan.device import DEVICES
from frazo.plan.mesh_search import find_meshes


def search(num_bytes):
    name = "lm.synthetic_packed_input.DenseLmTiny2x2"
    experiment = load_experiment(model=name, config=None, overrides=())
    lines = []
    plans = find_meshes(experiment, DEVICES["h100"], num_bytes, lines.append)
    return [dict(plan.processes) for plan in plans], lines


def test_the_smallest_mesh_that_fits_is_found():
    # One process needs 0.22 GB, two need some half of it.
    alone, lines = search(1e9)
    assert alone == [{"data": 1, "model": 1}]
    assert len(lines) == 1
    meshes, lines = search(0.15e9)
    assert {"data": 2, "model": 1} in meshes
    assert all(mesh["data"] * mesh["model"] == 2 for mesh in meshes)
    assert [line.partition(":")[0] for line in lines] == [
        "data 1 x model 1",
        "data 1 x model 2",
        "data 2 x model 1",
    ]


def test_what_never_fits_is_not_tried_for_ever():
    # Weights of 4.7 MB are cut into four pieces at most, as there are four heads.
    meshes, lines = search(1e6)
    assert meshes == []
    assert lines[0] == "data 1 x model 8: not possible"
    assert all(line.endswith("not possible") for line in lines)
