"""Reads --cluster_spec, in Lingvo's form: worker=h1:p1,h2:p2@ps=h3:p3@controller=h4:p4."""

from collections.abc import Iterator
from dataclasses import dataclass

from frazo.cluster.layout import Layout
from frazo.cluster.layout_document import LayoutDocument
from frazo.config.config_text import ConfigText, Origin
from frazo.config.errors import ConfigError
from frazo.config.suggestions import suggestion

_FLAG = "--cluster_spec"
# The fields by the names of the jobs.
_SINGLE = {"controller": "controller", "trainer": "trainer"}
_SEVERAL = {"worker": "workers", "ps": "parameter_servers"}
_FOLLOWERS = ("evaler_", "decoder_")


@dataclass(frozen=True)
class _Argument(ConfigText):
    def label(self, line: int, column: int) -> str:
        return f"{self.name}:{column}"


def read_cluster_spec(text: str) -> Layout:
    """Returns the cluster of a text.

    The addresses of evaler_NAME and decoder_NAME are not used: these jobs have no server.

    Raises:
      ConfigError: The text is wrong.
    """
    argument = _Argument(_FLAG, text)
    document = LayoutDocument(argument)
    first: dict[str, Origin] = {}
    for job, addresses, at in _items(argument):
        if job in first:
            problem = f"{job} was given at {first[job]} already; join the two lists by a comma"
            raise ConfigError.at(at, _FLAG, problem)
        first[job] = at
        if job in _SEVERAL:
            for address, place in addresses:
                document.add(_SEVERAL[job], address, place)
        elif job in _SINGLE:
            if len(addresses) > 1:
                problem = f"there is one {job} in a cluster; leave one address"
                raise ConfigError.at(addresses[1][1], _FLAG, problem)
            document.set(_SINGLE[job], *addresses[0])
        elif job.startswith(_FOLLOWERS):
            document.add("followers", job, at)
        else:
            jobs = ["controller", "decoder_NAME", "evaler_NAME", "ps", "trainer", "worker"]
            problem = f'no job is called "{job}"; {suggestion(job, jobs, "the jobs are")}'
            raise ConfigError.at(at, _FLAG, problem)
    for job, example in (("controller", "HOST:PORT"), ("worker", "HOST:PORT,HOST:PORT")):
        if job not in first:
            problem = f"there is no {job}; add @{job}={example}"
            raise ConfigError.at(argument.origin(1, len(text) + 1), _FLAG, problem)
    return Layout(document.document)


def _items(argument: ConfigText) -> Iterator[tuple[str, list[tuple[str, Origin]], Origin]]:
    """Yields each job with its addresses, and where they stand."""
    column = 1
    for item in argument.text.split("@"):
        at = argument.origin(1, column)
        if item.count("=") != 1:
            problem = (
                f'"{item}" has {item.count("=")} signs "="; expected JOB=HOST:PORT,HOST:PORT, and '
                '"@" between two jobs'
            )
            raise ConfigError.at(at, _FLAG, problem)
        job, listed = item.split("=")
        place = column + len(job) + 1
        addresses = []
        for address in listed.split(","):
            addresses.append((address, argument.origin(1, place)))
            place += len(address) + 1
        yield job, addresses, at
        column += len(item) + 1
