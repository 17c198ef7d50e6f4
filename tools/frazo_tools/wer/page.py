"""A page of alignments: one HTML file that needs no other and loads nothing."""

from collections.abc import Iterator, Sequence
from html import escape

from frazo.alignment import Step
from frazo_tools.records.table import counted
from frazo_tools.wer import evaluation as evaluations
from frazo_tools.wer import figures
from frazo_tools.wer.evaluation import Evaluation, System
from frazo_tools.wer.normalization import RULES
from frazo_tools.wer.report import Wishes, percent

_CLASSES = {"substitution": "s", "deletion": "d", "insertion": "i"}

_START = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<title>Word errors</title>
<style>
body { font: 16px/1.5 sans-serif; margin: 2em auto; max-width: 75em; padding: 0 1em; }
table { border-collapse: collapse; }
td, th { padding: 0.1em 0.8em; text-align: right; }
td:first-child, th:first-child { text-align: left; }
tr.all { font-weight: bold; }
form { background: #fff; border-bottom: 1px solid #bbb; padding: 0.5em 0; position: sticky; top: 0; }
section { border-bottom: 1px solid #ddd; padding: 0.5em 0; }
h2 { font-size: 0.9em; margin: 0; }
p { margin: 0.2em 0; }
del { text-decoration: line-through; }
ins { text-decoration: none; }
.s { background: #ffe9a8; border-radius: 3px; padding: 0 0.2em; }
.d { background: #ffc9c9; border-radius: 3px; padding: 0 0.2em; }
.i { background: #c8f0c8; border-radius: 3px; padding: 0 0.2em; }
.system { color: #666; font-size: 0.8em; }
[hidden] { display: none; }
</style>
</head>
<body>
<h1>Word errors</h1>
"""

_FORM = """<form>
<label><input type="radio" name="kind" value="" checked> all</label>
<label><input type="radio" name="kind" value="e"> with errors</label>
<label><input type="radio" name="kind" value="s"> <span class="s">substitutions</span></label>
<label><input type="radio" name="kind" value="d"> <del class="d">deletions</del></label>
<label><input type="radio" name="kind" value="i"> <ins class="i">insertions</ins></label>
<label>with the text <input type="search" name="text"></label>
<output></output>
</form>
"""

_END = """<script>
const form = document.forms[0], sections = [...document.querySelectorAll("section")];
function filter() {
  const kind = form.elements.kind.value, text = form.elements.text.value.toLowerCase();
  let shown = 0;
  for (const section of sections) {
    const fits = (!kind || section.dataset.kinds.includes(kind)) &&
        (!text || section.textContent.toLowerCase().includes(text));
    section.hidden = !fits;
    shown += fits;
  }
  form.querySelector("output").textContent = shown + " of " + sections.length;
}
form.addEventListener("input", filter);
form.addEventListener("submit", event => event.preventDefault());
filter();
</script>
</body>
</html>
"""


def html_page(evaluation: Evaluation, wishes: Wishes) -> str:
    """The page: the figures, and the alignments of all utterances with a filter."""
    parts = [_START, *_totals(evaluation, wishes), _FORM]
    parts += [_section(evaluation, index) for index in range(len(evaluation.ids))]
    return "".join([*parts, _END])


def _totals(evaluation: Evaluation, wishes: Wishes) -> Iterator[str]:
    rules = "; ".join(f"{name}: {RULES[name].says}" for name in wishes.rules) or "none"
    yield f"<p>Normalization: {escape(rules)}</p>\n<table>\n"
    heads = ("", "WER", "S", "D", "I", "words", "CER", "wrong", "utterances")
    yield "<tr>" + "".join(f"<th>{head}</th>" for head in heads) + "</tr>\n"
    for system in evaluation.systems:
        total = figures.figures_of(system, slice(None), wishes.resampling)
        yield _row(system.name, total, ' class="all"')
        for name, found in figures.by_group(evaluation, system, wishes.resampling).items():
            yield _row(name, found, "")
    yield "</table>\n"


def _row(name: str, found: figures.Figures, attribute: str) -> str:
    wer = percent(found.wer)
    if found.interval is not None:
        wer += f" [{100 * found.interval.low:.2f}, {100 * found.interval.high:.2f}]"
    numbers = (found.substitutions, found.deletions, found.insertions, found.words)
    cells = [
        escape(name),
        wer,
        *(f"{number:,}" for number in numbers),
        percent(found.cer),
        percent(found.sentence_error_rate),
        f"{found.utterances:,}",
    ]
    return f"<tr{attribute}>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>\n"


def _section(evaluation: Evaluation, index: int) -> str:
    alignments = [
        (system, evaluations.steps(evaluation, system, index)) for system in evaluation.systems
    ]
    kinds = {_CLASSES[s.kind] for _, steps in alignments for s in steps if s.kind in _CLASSES}
    marks = "".join(sorted(kinds | {"e"})) if kinds else ""
    paragraphs = "".join(
        _paragraph(system, steps, len(evaluation.systems) > 1) for system, steps in alignments
    )
    words = counted(int(evaluation.reference_words[index]), "word")
    return (
        f'<section data-kinds="{marks}"><h2>{escape(evaluation.ids[index])}, {words}</h2>'
        f"{paragraphs}</section>\n"
    )


def _paragraph(system: System, steps: Sequence[Step], is_named: bool) -> str:
    name = f'<span class="system">{escape(system.name)}</span> ' if is_named else ""
    return f"<p>{name}{' '.join(map(_word, steps))}</p>"


def _word(step: Step) -> str:
    reference, hypothesis = escape(step.reference or ""), escape(step.hypothesis or "")
    if step.kind == "match":
        return reference
    if step.kind == "substitution":
        return f'<span class="s"><del>{reference}</del> <ins>{hypothesis}</ins></span>'
    if step.kind == "deletion":
        return f'<del class="d">{reference}</del>'
    return f'<ins class="i">{hypothesis}</ins>'
