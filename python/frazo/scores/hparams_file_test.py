"""TensorBoard reads the hyperparameters of several runs, each with its metrics."""

import builtins
from pathlib import Path

from frazo.scores.event_file import EventFile
from frazo.scores.hparams_file import HPARAMS_FILE, write_hparams
from tensorboard import context
from tensorboard.backend.event_processing import data_provider, plugin_event_multiplexer
from tensorboard.plugins import base_plugin
from tensorboard.plugins.hparams import api_pb2, backend_context, list_session_groups


def write_run(logdir: Path, learning_rate: float, optimizer: str, losses: list[float]) -> None:
    logdir.mkdir(parents=True)
    write_hparams(logdir, {"learner.learning_rate": learning_rate, "learner.optimizer": optimizer})
    for step, loss in enumerate(losses):
        for folder in ("train", "eval_test"):
            EventFile(logdir / folder).add_scalars(step, {"loss": loss})


class Page:
    """What the page HParams shows of the runs in a directory."""

    def __init__(self, directory: Path):
        multiplexer = plugin_event_multiplexer.EventMultiplexer()
        multiplexer.AddRunsFromDirectory(str(directory))
        multiplexer.Reload()
        provider = data_provider.MultiplexerDataProvider(multiplexer, str(directory))
        tb_context = base_plugin.TBContext(
            logdir=str(directory), multiplexer=multiplexer, data_provider=provider
        )
        self._backend = backend_context.Context(tb_context)
        self._request = context.RequestContext()

    def experiment(self) -> api_pb2.Experiment:
        metadata = self._backend.hparams_metadata(self._request, "")
        return self._backend.experiment_from_metadata(self._request, "", True, metadata, [])

    def runs(self) -> dict[str, api_pb2.SessionGroup]:
        """The groups of runs by name, with all metrics."""
        experiment = self.experiment()
        columns = [
            api_pb2.ColParams(metric=info.name, include_in_result=True)
            for info in experiment.metric_infos
        ]
        columns += [
            api_pb2.ColParams(hparam=info.name, include_in_result=True)
            for info in experiment.hparam_infos
        ]
        request = api_pb2.ListSessionGroupsRequest(
            col_params=columns,
            slice_size=10,
            allowed_statuses=[api_pb2.STATUS_UNKNOWN, api_pb2.STATUS_RUNNING],
        )
        handler = list_session_groups.Handler(self._request, self._backend, "", request)
        return {group.name: group for group in handler.run().session_groups}


def test_runs_are_compared_with_their_last_metrics(tmp_path):
    write_run(tmp_path / "a", 0.5, "adam", [4.0, 2.0])
    write_run(tmp_path / "b", 0.25, "sgd", [4.0, 3.0])
    page = Page(tmp_path)
    names = [info.name for info in page.experiment().hparam_infos]
    assert sorted(names) == ["learner.learning_rate", "learner.optimizer"]
    runs = page.runs()
    assert {
        name: run.hparams["learner.learning_rate"].number_value for name, run in runs.items()
    } == {
        "a": 0.5,
        "b": 0.25,
    }
    assert runs["b"].hparams["learner.optimizer"].string_value == "sgd"
    metrics = {
        (name, value.name.group, value.name.tag): value.value
        for name, run in runs.items()
        for value in run.metric_values
    }
    assert metrics == {
        ("a", "train", "loss"): 2.0,
        ("a", "eval_test", "loss"): 2.0,
        ("b", "train", "loss"): 3.0,
        ("b", "eval_test", "loss"): 3.0,
    }


def test_a_new_start_replaces_what_was_written(tmp_path):
    (tmp_path / "a").mkdir()
    write_hparams(tmp_path / "a", {"seed": 1.0})
    write_hparams(tmp_path / "a", {"seed": 2.0})
    assert [path.name for path in (tmp_path / "a").iterdir()] == [HPARAMS_FILE]
    (run,) = Page(tmp_path).runs().values()
    assert run.hparams["seed"].number_value == 2.0


def test_without_tensorboard_nothing_is_written(tmp_path, monkeypatch):
    real_import = builtins.__import__

    def without_tensorboard(name, *arguments, **keywords):
        if name.startswith("tensorboard"):
            raise ImportError(name)
        return real_import(name, *arguments, **keywords)

    monkeypatch.setattr(builtins, "__import__", without_tensorboard)
    write_hparams(tmp_path, {"seed": 1.0})
    assert not list(tmp_path.iterdir())
