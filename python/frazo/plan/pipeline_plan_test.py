import pytest
from frazo.config import load_experiment
from frazo.experiment.parts import build_input
from frazo.input.share import WHOLE
from frazo.plan.device import DEVICES
from frazo.plan.plan import make_plan
from frazo.plan.step_costs import FLOPS, PARAMETERS, WEIGHTS, step_costs
from frazo.plan.step_graph import trace_step
from frazo.program.errors import JobError
from frazo.shard.connected_mesh import connected_mesh
from frazo.shard.mesh_layout import mesh_layout

_TINY = "lm.synthetic_packed_input.DenseLmTiny2x2"
_DEVICE = DEVICES["h100"]


def load(*overrides):
    return load_experiment(model=_TINY, config=None, overrides=overrides)


def test_stages_share_layers_and_are_balanced():
    stages = 'mesh.axes=[{name: "stage" size: 2}]'
    changes = (
        "task.language_modeling.model.body.transformer_stack.num_layers=6",
        "task.language_modeling.model.embedding.vocab_size=8192",
        "mesh.pipeline.micro_batches=4",
    )
    plan = make_plan(load(stages, *changes), _DEVICE)
    # The table has 8192 x 128. A layer has 4 x 128 x 128 of attention, 32 x 4 of relative
    # positions, 3 x 128 x 512 of its feed-forward and 2 norms. One norm more ends the stack.
    parameters = 1_048_576 + 6 * 262_528 + 128
    assert plan.parameters == parameters
    assert plan.weights < 4 * parameters
    found = plan.stages
    assert (found.layers, found.parts, found.bubble) == ([3, 3], 4, pytest.approx(1 / 5))
    # The last stage computes the softmax, too.
    assert found.seconds[1] > found.seconds[0]
    assert sum(found.balanced) == 6 and found.balanced[0] > found.balanced[1]
    assert plan.computing_seconds == pytest.approx(found.seconds[1] / 0.8)
    kinds = {(sent.axis, sent.collective) for sent in plan.sent}
    assert {("stage", "send"), ("stage", "all-reduce")} <= kinds


def test_a_stage_of_many_layers_costs_what_its_whole_graph_does():
    """Four layers of a stage are what three and two add up to."""
    changes = (
        'mesh.axes=[{name: "stage" size: 2}]',
        "task.language_modeling.model.body.transformer_stack.num_layers=8",
        "mesh.pipeline.micro_batches=2",
    )
    plan = make_plan(load(*changes), _DEVICE)
    experiment = load(*changes)
    layout = mesh_layout(experiment.mesh, 2)
    mesh = connected_mesh(plan.stages.shown, *layout)
    spec = build_input(experiment, "Train", WHOLE).element_spec
    whole = step_costs(trace_step(experiment, spec, mesh), _DEVICE, mesh)
    assert plan.parameters == whole[PARAMETERS]
    assert plan.weights == whole[WEIGHTS]
    assert plan.flops == whole[FLOPS]
    for sent, size in plan.sent.items():
        # Some bytes for each weight of the model travel between all.
        assert size == whole[sent] or sent.axis == "all"
    for index, usage in enumerate(plan.peaks.values()):
        expected = sum(size for key, size in whole.items() if key[0] == index)
        assert sum(usage.values()) == pytest.approx(expected, rel=0.02)


def test_one_forward_one_backward_keeps_fewer_activations():
    def activations(schedule):
        flags = (
            'mesh.axes=[{name: "stage" size: 2}]',
            "task.language_modeling.model.body.transformer_stack.num_layers=2",
            f"mesh.pipeline={{micro_batches: 8 schedule: {schedule}}}",
        )
        plan = make_plan(load(*flags), _DEVICE)
        return max(sum(kinds.values()) for kinds in plan.peaks.values())

    assert activations("ONE_FORWARD_ONE_BACKWARD") < 0.8 * activations("GPIPE")


def test_stages_without_layers_are_refused():
    flags = ('mesh.axes=[{name: "stage" size: 8}]',)
    with pytest.raises(JobError, match=r"does not deal out 4 layers to 8 stages"):
        make_plan(load(*flags), _DEVICE)
