"""The web page of a run: its state, its members, its curves and its events."""

import html
import math
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from frazo.cluster.curves import CurveReader, curve_svg
from frazo.cluster.http_server import Page
from frazo.cluster.member_label import member_label
from frazo.program.number_format import format_metric
from frazo.proto import coordination_pb2
from google.protobuf import json_format

_REFRESH_SECONDS = 5
_MOST_EVENTS = 50
_ENDED = ("finished", "failed")

_STYLE = """
:root { color-scheme: light dark; }
body { font: 14px/1.4 system-ui, sans-serif; margin: 1.5em auto; max-width: 75em; padding: 0 1em; }
h1 { font-size: 1.3em; } h2 { font-size: 1.05em; margin: 1.6em 0 .4em; }
.state { border: 1px solid; border-radius: 1em; font-size: .75em; padding: .1em .7em; }
.bad { color: #d1242f; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid #8886; padding: .25em .6em; text-align: left; vertical-align: top; }
td.n, th.n { font-variant-numeric: tabular-nums; text-align: right; white-space: nowrap; }
td.m { overflow-wrap: anywhere; width: 45%; } td.t { white-space: nowrap; width: 1%; }
pre { overflow-x: auto; white-space: pre-wrap; }
.curves { display: grid; gap: 1em; grid-template-columns: repeat(auto-fill, minmax(26em, 1fr)); }
figure { margin: 0; } figcaption { font-weight: 600; }
svg { width: 100%; } polyline { fill: none; stroke-width: 1.5; } line { stroke: #8884; }
text { fill: currentColor; font-size: 11px; } .end { text-anchor: end; }
.legend { margin: 0; } .legend span { margin-right: 1.2em; white-space: nowrap; }
.legend i { display: inline-block; height: .7em; margin-right: .4em; width: .7em; }
""".strip()


class RunPage:
    """Makes the page from the state of a run and the scores in its logdir. It changes nothing."""

    def __init__(self, logdir: Path, status: Callable[[], coordination_pb2.RunStatus]):
        """Reads nothing yet.

        Args:
          logdir: That of the run.
          status: Returns its state.
        """
        self._logdir = logdir
        self._status = status
        self._curves = CurveReader(logdir)

    def html(self) -> Page:
        """Returns the page for people."""
        status = self._status()
        parts = [
            *_head(self._logdir, status),
            "<h2>Tasks</h2>",
            _member_table(status.members),
            *_failures(status.members),
            *self._curve_parts(),
            *_events(status.events),
            "</main></body></html>",
        ]
        return Page("text/html; charset=utf-8", "\n".join(parts).encode("utf-8", "replace"))

    def json(self) -> Page:
        """Returns the state of the run for programs: RunStatus as JSON."""
        text = json_format.MessageToJson(self._status(), preserving_proto_field_name=True)
        return Page("application/json", text.encode("utf-8", "replace"))

    def _curve_parts(self) -> list[str]:
        curves = self._curves.curves()
        if not curves:
            return []
        figures = [
            f"<figure><figcaption>{html.escape(metric)}</figcaption>{curve_svg(metric, by_set)}</figure>"
            for metric, by_set in curves.items()
        ]
        return ["<h2>Curves</h2>", f'<div class="curves">{"".join(figures)}</div>']


def _head(logdir: Path, status: coordination_pb2.RunStatus) -> list[str]:
    name = html.escape(str(logdir))
    state = html.escape(status.state or "unknown")
    bad = " bad" if status.state == "failed" else ""
    refresh = (
        ""
        if status.state in _ENDED
        else f'<meta http-equiv="refresh" content="{_REFRESH_SECONDS}">'
    )
    facts = [f"generation {status.generation}"] if status.generation else []
    if status.progress.HasField("checkpoint_step"):
        facts.append(f"checkpoint of step {status.progress.checkpoint_step}")
    if status.progress.HasField("finished_step"):
        facts.append(f"finished at step {status.progress.finished_step}")
    if status.reason:
        facts.append(html.escape(status.reason))
    return [
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">{refresh}',
        '<meta name="viewport" content="width=device-width">',
        f"<title>{state}: {name}</title><style>{_STYLE}</style></head><body><main>",
        f'<h1>{name} <span class="state{bad}" id="state">{state}</span></h1>',
        f"<p>{', '.join(facts)}</p>" if facts else "",
    ]


def _member_table(members: Iterable[coordination_pb2.RunStatus.Member]) -> str:
    rows = [_member_row(member) for member in members]
    if not rows:
        return "<p>Nobody has registered yet.</p>"
    head = "<th>task<th>state" + "".join(
        f'<th class="n">{name}' for name in ("step", "steps/s", "loss", "heartbeat", "starts")
    )
    return f"<table><tr>{head}<th>where<th>message</tr>{''.join(rows)}</table>"


def _member_row(member: coordination_pb2.RunStatus.Member) -> str:
    status = member.status
    lives = coordination_pb2.RunStatus.Member
    is_alive = member.life == lives.ALIVE
    state = (status.state or "registered") if is_alive else lives.Life.Name(member.life).lower()
    step = f"{status.step} of {status.max_steps}" if status.max_steps else str(status.step or "")
    has_loss = status.HasField("loss") and math.isfinite(status.loss)
    numbers = [
        step,
        f"{status.steps_per_second:.2f}" if status.steps_per_second else "",
        format_metric(status.loss) if has_loss else "",
        f"{member.heartbeat_age_seconds:.1f} s" if is_alive else "",
        str(member.starts),
    ]
    bad = ' class="bad"' if member.life in (lives.LOST, lives.FAILED) else ""
    metrics = ", ".join(
        f"{name} {format_metric(status.metrics[name])}" for name in sorted(status.metrics)
    )
    message = " \u2014 ".join(text for text in (status.message, metrics) if text)
    where = f"{member.host}, process {member.process}" if member.host else ""
    return (
        f"<tr><td>{html.escape(member_label(member.name))}<td{bad}>{html.escape(state)}"
        + "".join(f'<td class="n">{html.escape(number)}' for number in numbers)
        + f'<td>{html.escape(where)}<td class="m">{html.escape(message)}</tr>'
    )


def _failures(members: Iterable[coordination_pb2.RunStatus.Member]) -> list[str]:
    parts = []
    for member in members:
        text = "\n".join(part for part in (member.traceback.rstrip(), member.message) if part)
        if text:
            parts.append(f'<h2 class="bad">{html.escape(member_label(member.name))}</h2>')
            parts.append(f"<pre>{html.escape(text)}</pre>")
    return parts


def _events(events: Iterable[coordination_pb2.RunStatus.Event]) -> list[str]:
    newest = list(events)[-_MOST_EVENTS:][::-1]
    if not newest:
        return []
    rows = [
        f'<tr><td class="t">{_time(event.unix_seconds)}<td>{html.escape(event.text)}</tr>'
        for event in newest
    ]
    return ["<h2>Events</h2>", f"<table>{''.join(rows)}</table>"]


def _time(unix_seconds: float) -> str:
    try:
        return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(unix_seconds))
    except (OverflowError, ValueError, OSError):
        return ""
