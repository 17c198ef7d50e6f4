import tensorflow as tf
from frazo.scores.event_file import EventFile


def read(directory):
    (path,) = directory.glob("events.out.tfevents.*")
    return [
        tf.compat.v1.Event.FromString(record.numpy())
        for record in tf.data.TFRecordDataset(str(path))
    ]


def test_events_can_be_read_before_the_file_is_closed(tmp_path):
    events = EventFile(tmp_path / "train")
    events.add_restart(10)
    events.add_scalars(20, {"loss": 0.5, "accuracy": 0.75})
    version, restart, scalars = read(tmp_path / "train")
    assert version.file_version == "brain.Event:2"
    assert (restart.step, restart.session_log.status) == (10, tf.compat.v1.SessionLog.START)
    assert scalars.step == 20
    assert [(v.tag, v.simple_value) for v in scalars.summary.value] == [
        ("loss", 0.5),
        ("accuracy", 0.75),
    ]
    assert scalars.wall_time >= version.wall_time > 0
    events.close()


def test_text_is_a_code_block_of_the_text_plugin(tmp_path):
    events = EventFile(tmp_path)
    events.add_text("params", "a: 1\nb: 2")
    value = read(tmp_path)[1].summary.value[0]
    assert value.tag == "params"
    assert value.metadata.plugin_data.plugin_name == "text"
    assert value.tensor.string_val[0] == b"    a: 1\n    b: 2"


def test_a_graph_can_be_read_back(tmp_path):
    graph = tf.compat.v1.GraphDef()
    graph.node.add(name="x", op="NoOp")
    EventFile(tmp_path).add_graph(graph)
    read_back = tf.compat.v1.GraphDef.FromString(read(tmp_path)[1].graph_def)
    assert read_back == graph


def test_without_events_there_is_no_file(tmp_path):
    events = EventFile(tmp_path / "none")
    events.add_values(0, [])
    events.close()
    assert not (tmp_path / "none").exists()
