import pytest
from frazo.shard.mesh_layout import PipelineLayout
from frazo.shard.pipeline import Pipeline


def pipeline(stage=0, num_stages=3, **layout):
    return Pipeline(PipelineLayout("stage", **layout), stage, num_stages)


def test_layers_are_dealt_out_evenly_the_first_stages_have_more():
    assert pipeline().stages_of(3) == [0, 1, 2]
    assert pipeline().stages_of(5) == [0, 0, 1, 1, 2]
    assert pipeline().stages_of(7) == [0, 0, 0, 1, 1, 2, 2]


def test_layers_are_dealt_out_as_the_configuration_says():
    assert pipeline(layers=(1, 3, 1)).stages_of(5) == [0, 1, 1, 1, 2]


@pytest.mark.parametrize(
    ("layers", "num_layers", "shown"),
    [((1, 3, 1), 6, "1, 3, 1"), ((3, 3), 6, "3, 3"), ((), 2, "1, 1, 0")],
)
def test_layers_that_cannot_be_dealt_out_are_refused(layers, num_layers, shown):
    message = (
        rf"mesh.pipeline.layers: \[{shown}\] does not deal out {num_layers} layers to 3 stages"
    )
    with pytest.raises(ValueError, match=message):
        pipeline(layers=layers).stages_of(num_layers)


def test_there_are_as_many_parts_as_stages_unless_the_configuration_says_another_number():
    assert pipeline().num_parts == 3
    assert pipeline(micro_batches=8).num_parts == 8


def test_the_ends():
    assert [pipeline(stage).is_last for stage in range(3)] == [False, False, True]
    assert len(pipeline(2).actions()) == 6
    assert pipeline(2).actions() != pipeline(2, all_forward_first=True).actions()
