from frazo.config import load_experiment
from frazo.plan.alternatives import with_option
from frazo.plan.device import DEVICES
from frazo.plan.mesh_search import find_meshes
from frazo.plan.plan import make_plan

_DEVICE = DEVICES["h100"]


def tiny_experiment(*overrides):
    name = "lm.synthetic_packed_input.DenseLmTiny2x2"
    return load_experiment(model=name, config=None, overrides=overrides)


def search(num_bytes, *overrides):
    lines = []
    plans = find_meshes(tiny_experiment(*overrides), _DEVICE, num_bytes, lines.append)
    return [dict(plan.processes) for plan in plans], lines


def test_the_smallest_mesh_that_fits_is_found():
    # One process needs 0.06 GB, two need some half of it.
    recomputed = "task.language_modeling.model.body.transformer_stack.recompute_layers=true"
    alone, lines = search(1e9, recomputed)
    assert alone == [{"data": 1, "model": 1}]
    assert len(lines) == 1
    meshes, lines = search(0.05e9, recomputed)
    assert {"data": 2, "model": 1} in meshes
    assert all(mesh["data"] * mesh["model"] == 2 for mesh in meshes)
    assert [line.partition(":")[0] for line in lines] == [
        "data 1 x model 1",
        "data 1 x model 2",
        "data 2 x model 1",
    ]


def test_layers_are_computed_again_before_processes_are_added():
    experiment = tiny_experiment()
    for axis in experiment.mesh.axes:
        axis.size = 1
    kept = make_plan(experiment, _DEVICE).num_bytes
    recomputed = make_plan(with_option(experiment, "recompute_layers", True), _DEVICE).num_bytes
    assert recomputed < kept
    lines = []
    (plan,) = find_meshes(experiment, _DEVICE, recomputed, lines.append)
    assert dict(plan.processes) == {"data": 1, "model": 1}
    assert (plan.num_bytes, plan.option) == (recomputed, "recompute_layers: true")
    assert [line.partition(":")[0] for line in lines] == [
        "data 1 x model 1",
        "data 1 x model 1, recompute_layers",
    ]


def test_what_never_fits_is_not_tried_for_ever():
    # Weights of 4.7 MB are cut into four pieces at most, as there are four heads.
    meshes, lines = search(1e6)
    assert meshes == []
    assert lines[0] == "data 1 x model 8: not possible"
    assert all(line.endswith("not possible") for line in lines)
