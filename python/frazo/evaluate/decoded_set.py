"""Decodes one input of an experiment and keeps its outputs and scores."""

import json
from collections.abc import Callable
from pathlib import Path

from frazo.evaluate.decoding import Decoded, Decoding
from frazo.evaluate.scored_set import ScoredSet
from frazo.experiment.model import InferenceModel
from frazo.experiment.parts import named_errors
from frazo.input.input_texts import InputTexts
from frazo.program import durable_file
from frazo.program.console import Console
from frazo.program.number_format import format_duration
from frazo.proto import experiment_pb2
from frazo.registry import unwrap
from frazo.tasks.decoder import DecodingScores

_RATE = "examples_per_second"


class DecodedSet(ScoredSet):
    """Decodes one input at checkpoints and keeps outputs and scores in <logdir>/decode_<name>.

    For step 500 it writes 00000500.jsonl with one record of the input per line, PAGE_00000500.html
    for each page that the task draws, curves_00000500.json if its scores have curves, and finally a
    line of the score log. A step without a score was not finished.
    """

    def __init__(
        self, name: str, experiment: experiment_pb2.Experiment, logdir: Path, console: Console
    ):
        super().__init__(f"decode_{name.lower()}", name, experiment, logdir, console)
        self._settings = experiment.decode
        _, message = unwrap(experiment.inputs[name])
        self._texts = InputTexts(message)
        # None until the input has been read to its end once.
        self._num_examples = self.scored_input.num_examples

    def prepare(self, model: InferenceModel) -> None:
        """Builds the decoder of the model's task.

        Args:
          model: The model whose outputs are scored.

        Raises:
          JobError: The task or the input cannot be decoded.
        """
        self._model = model
        with named_errors(f"inputs.{self._name}"):
            self._decoder = model.task.for_input(self._name).decoder(self._texts)
        self._decoding = Decoding(self._decoder, self.scored_input, self._settings)
        # A score depends on these settings, the weights and the input.
        limit = self._settings.max_examples if self._settings.HasField("max_examples") else None
        self._made_by = {"search": self._decoder.search, "max_examples": limit}

    def wants(self, step: int) -> bool:
        """Tells whether `step` has no score yet, or one of another search or number of examples."""
        if step < self._settings.start_step:
            return False
        record = self.records.get(step, {})
        return any(
            key not in record or record[key] != value for key, value in self._made_by.items()
        )

    def score(self, step: int, should_stop: Callable[[], bool]) -> None:
        with self._model.evaluation_weights():
            decoded = self._decoding.run(should_stop, self._report_of(step))
        self.console.end_live()
        if decoded is None:
            return
        if not decoded.num_examples:
            raise self._no_example("decode")
        self._num_examples = decoded.num_examples
        scores = decoded.scorer.result()
        rate = decoded.num_examples / decoded.seconds
        metrics = {**scores.metrics, "num_examples": float(decoded.num_examples), _RATE: rate}
        self._write(step, decoded, scores)
        details = {**self._made_by, "signatures": scores.signatures}
        self._keep(step, metrics, summaries=decoded.summaries, details=details)

    def _report_of(self, step: int) -> Callable[[int, float], None]:
        total = "" if self._num_examples is None else f"/{self._num_examples}"

        def report(done: int, seconds: float) -> None:
            self.console.live(
                f"{self.label}: step: {step}, {done}{total} examples, {done / seconds:.1f}/s, "
                f"{format_duration(seconds)}"
            )

        return report

    def _write(self, step: int, decoded: Decoded, scores: DecodingScores) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        lines = "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in decoded.records)
        durable_file.write_text(self.directory / f"{step:08d}.jsonl", lines)
        for name, figures in decoded.figures.items():
            page = self._decoder.page(name, f"{self.label}, step {step}", figures, scores)
            durable_file.write_text(self.directory / f"{name}_{step:08d}.html", page)
        if scores.curves is not None:
            text = json.dumps(scores.curves, allow_nan=False) + "\n"
            durable_file.write_text(self.directory / f"curves_{step:08d}.json", text)
