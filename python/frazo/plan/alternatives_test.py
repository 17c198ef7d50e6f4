from frazo.config import load_experiment
from frazo.plan.alternatives import with_alternatives
from frazo.plan.device import DEVICES
from frazo.plan.plan import Plan, make_plan
from frazo.proto import experiment_pb2, mesh_pb2
from google.protobuf import text_format

_DEVICE = DEVICES["h100"]
_NAME = "lm.synthetic_packed_input.DenseLmTiny2x2"
_EXPERTS = "lm.synthetic_packed_input.MoELmTiny2x2"
_OPTION = "task.language_modeling.model.body.transformer_stack.recompute_layers"


def plan(*overrides, name=_NAME, mesh=""):
    experiment = load_experiment(model=name, config=None, overrides=overrides)
    experiment.mesh.CopyFrom(text_format.Parse(mesh, mesh_pb2.Mesh()))
    return with_alternatives(experiment, make_plan(experiment, _DEVICE))


def test_both_ways_are_those_of_the_configurations_that_choose_them():
    kept, again = plan(), plan(f"{_OPTION}=true")
    assert kept.recomputation == again.recomputation
    assert kept.recomputation[False] == kept.activations
    assert kept.recomputation[True] == again.activations
    # The inputs of four layers and that of the softmax: 16 rows, 128 tokens, 128 units.
    inputs = 5 * 16 * 128 * 128 * 4
    assert inputs < again.activations.num_bytes < 0.4 * kept.activations.num_bytes
    # The products of the layers, not those of the softmax, run once more forward.
    assert kept.flops < again.flops < 4 / 3 * kept.flops


def test_without_a_stack_there_is_nothing_to_choose():
    experiment = experiment_pb2.Experiment()
    experiment.task.image_classifier.SetInParent()
    empty = Plan({}, 0, 0, 0, {}, 0, 0.0, {}, _DEVICE)
    assert with_alternatives(experiment, empty) == empty


def mixture_plan(axis, *overrides):
    """The plan of two processes that have half of the experts each."""
    sizes = {"data": 1, "model": 1, axis: 2}
    axes = "".join(f'axes {{ name: "{name}" size: {size} }}' for name, size in sizes.items())
    mesh = f'{axes} rules {{ key: "expert" value: "{axis}" }}'
    layers = "task.language_modeling.model.body.transformer_stack.num_layers=2"
    return plan(layers, *overrides, name=_EXPERTS, mesh=mesh)


def test_experts_that_leave_out_no_token_are_planned_with_all_tokens_in_one_process():
    planned = mixture_plan("model")
    assert not planned.dropless[True].num_bytes < planned.dropless[False].num_bytes
    field = "task.language_modeling.model.body.transformer_stack.layer.mixture_of_experts.dropless"
    assert mixture_plan("model", f"{field}=true").dropless == planned.dropless
    # 16 rows of 128 tokens with two experts each, the inputs of both products: 128 units, 1,024
    # with gates, and 512.
    rows = 16 * 128 * 2
    assert planned.dropless[True].num_bytes > rows * (128 + 1024 + 512) * 4


def test_what_the_mesh_does_not_allow_is_left_out():
    """Processes with tokens of their own send each other as many as an expert has slots."""
    planned = mixture_plan("data")
    assert list(planned.dropless) == [False]
    assert planned.dropless[False] == planned.activations
