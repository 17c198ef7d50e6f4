"""Reads the names of jobs: --job, and the jobs of a process without it."""

from collections.abc import Sequence

from frazo.config.suggestions import suggestion
from frazo.experiment.job_list import TRAIN_INPUT, Jobs
from frazo.program.errors import UsageError

_EVALER_PREFIX = "evaler_"
_DECODER_PREFIX = "decoder_"


def local_jobs(input_names: Sequence[str], decoded: Sequence[str]) -> Jobs:
    """All of them in one process: every input but Train is evaluated, those in `decoded`
    (decode.local_inputs) are decoded. UsageError: there is no such input.
    """
    for name in decoded:
        if name not in input_names:
            raise UsageError(
                f'decode.local_inputs: the experiment has no input called "{name}"; '
                f"{suggestion(name, sorted(input_names), 'its inputs are')}"
            )
    evaluated = tuple(sorted(name for name in input_names if name != TRAIN_INPUT))
    return Jobs(True, True, evaluated, tuple(dict.fromkeys(decoded)))


def parse_jobs(text: str, input_names: Sequence[str]) -> Jobs:
    """Reads --job. Letter case does not matter. UsageError: an unknown job or input."""
    controller = trainer = False
    scored: dict[str, list[str]] = {_EVALER_PREFIX: [], _DECODER_PREFIX: []}
    for name in (part.strip() for part in text.split(",")):
        folded = name.casefold()
        if folded == "controller":
            controller = True
        elif folded == "trainer":
            trainer = True
        elif prefix := next((prefix for prefix in scored if folded.startswith(prefix)), None):
            scored[prefix].append(_input_named(name, prefix, input_names))
        else:
            jobs = ["controller", "trainer"]
            jobs += [prefix + n.lower() for prefix in scored for n in input_names]
            raise UsageError(
                f'--job={text}: there is no job called "{name}"; '
                f"{suggestion(name, sorted(jobs), 'the jobs are')}"
            )
    evaluated, decoded = (tuple(dict.fromkeys(names)) for names in scored.values())
    return Jobs(controller, trainer, evaluated, decoded)


def _input_named(job: str, prefix: str, input_names: Sequence[str]) -> str:
    wanted = job[len(prefix) :]
    for name in input_names:
        if name.casefold() == wanted.casefold():
            return name
    known = sorted(prefix + name.lower() for name in input_names)
    raise UsageError(
        f'--job={job}: the experiment has no input called "{wanted}"; '
        f"{suggestion(job, known, 'its inputs give the jobs')}"
    )
