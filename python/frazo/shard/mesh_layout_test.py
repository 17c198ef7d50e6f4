import pytest
from frazo.proto import mesh_pb2
from frazo.shard.mesh_layout import mesh_layout
from google.protobuf import text_format

_TWO_BY_TWO = 'axes { name: "data" size: 2 } axes { name: "model" size: 2 }'
_STAGES = 'axes { name: "data" } axes { name: "stage" size: 2 }'
_OPEN = 'axes { name: "data" } axes { name: "model" size: 2 }'


def layout(text, num_workers):
    return mesh_layout(text_format.Parse(text, mesh_pb2.Mesh()), num_workers)


def test_without_axes_there_is_no_mesh():
    assert layout("", 4) is None


def test_axes_called_data_and_model_need_no_more():
    rules = dict.fromkeys(("heads", "key_value_heads", "mlp", "vocab"), "model")
    assert layout(_TWO_BY_TWO, 4) == ({"data": 2, "model": 2}, rules, "data", None, False)
    assert layout(_TWO_BY_TWO, 4).copies == 2


def test_other_names_have_a_meaning_by_the_configuration_alone():
    text = """
        axes { name: "x" size: 3 } axes { name: "y" size: 2 } batch_axis: "x"
        rules { key: "mlp" value: "y" } rules { key: "expert" value: "x" }
    """
    assert layout(text, 6) == (
        {"x": 3, "y": 2},
        {"mlp": "y", "expert": "x"},
        "x",
        None,
        False,
    )
    only_model = layout('axes { name: "model" size: 2 }', 2)
    assert (only_model.batch_axis, only_model.copies) == ("", 2)


def test_an_axis_called_stage_is_a_pipeline():
    given = layout(_STAGES, 4)
    assert given.pipeline == ("stage", 0, False, ())
    assert (given.copies, given.rules) == (2, {})
    other = """
        axes { name: "x" size: 2 }
        pipeline { axis: "x" micro_batches: 8 schedule: GPIPE layers: [3, 1] }
    """
    assert layout(other, 2).pipeline == ("x", 8, True, (3, 1))


def test_a_batch_axis_without_a_size_takes_what_the_others_leave():
    sizes = [layout(_OPEN, count).sizes for count in (2, 4, 8)]
    assert sizes == [{"data": size, "model": 2} for size in (1, 2, 4)]


@pytest.mark.parametrize(
    ("text", "num_workers", "error"),
    [
        (
            _TWO_BY_TWO,
            3,
            r"the mesh \(data 2 x model 2\) needs 4 workers, and there are 3. Start as",
        ),
        (_TWO_BY_TWO, 1, r"needs 4 workers, and there is 1. Start as many, by --cluster=local:4"),
        (_OPEN, 3, r"the mesh \(model 2\) needs a multiple of 2 workers, and there are 3"),
        (_OPEN, 1, r"needs a multiple of 2 workers, and there is 1"),
        (
            'axes { name: "model" }',
            2,
            r'mesh.axes\[0\].size: say how many workers the axis "model"',
        ),
        ('axes { name: "a" size: 1 } axes { name: "a" size: 1 }', 1, "another axis called"),
        (_TWO_BY_TWO + 'batch_axis: "x"', 4, 'no axis called "x"; the axes are data, model'),
        ('batch_axis: "x"', 1, "mesh.axes: there are none for mesh.batch_axis"),
        ('pipeline { axis: "x" }', 1, "mesh.axes: there are none for mesh.pipeline"),
        (_TWO_BY_TWO + "pipeline {}", 4, "mesh.pipeline.axis: say which axis has the stages"),
        (
            _TWO_BY_TWO + 'pipeline { axis: "x" }',
            4,
            'mesh.pipeline.axis: there is no axis called "x"',
        ),
        (_TWO_BY_TWO + 'pipeline { axis: "data" }', 4, '"data" is the batch axis'),
        (
            _STAGES + 'rules { key: "mlp" value: "stage" }',
            4,
            r'mesh.rules\["mlp"\]: "stage" has the stages of the pipeline',
        ),
        (
            _STAGES + "pipeline { layers: [1, 2, 3] }",
            4,
            r"mesh.pipeline.layers: give each of 2 stages one layer or more; there are \[1, 2, 3\]",
        ),
        (
            _TWO_BY_TWO + 'rules { key: "embed" value: "model" }',
            4,
            r'mesh.rules\["embed"\]: no layer computes with a part of embed; expected one of heads',
        ),
        (
            _TWO_BY_TWO + 'rules { key: "mlp" value: "x" }',
            4,
            r'mesh.rules\["mlp"\]: there is no axis called "x"; the axes are data, model',
        ),
        (
            'axes { name: "model" size: 2 } cut_optimizer: true',
            2,
            "mesh.cut_optimizer: there is no batch axis .* set mesh.batch_axis",
        ),
        (_TWO_BY_TWO + 'rules { key: "mlp" value: "data" }', 4, '"data" is the batch axis, whose'),
    ],
)
def test_what_cannot_be_is_an_error_that_says_what_to_change(text, num_workers, error):
    with pytest.raises(ValueError, match=error):
        layout(text, num_workers)


def test_the_optimizer_is_cut_if_the_mesh_says_so():
    assert layout(_TWO_BY_TWO + " cut_optimizer: true", 4).cuts_optimizer


def test_rules_without_axes_cut_nothing():
    """So that mesh.axes=[] trains the experiment of a mesh in one process."""
    rules = mesh_pb2.Mesh(rules={"heads": "model"})
    assert mesh_layout(rules, 1) is None
