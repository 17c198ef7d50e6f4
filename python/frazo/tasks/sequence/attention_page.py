"""HTML pages of attention matrices. A page needs no other file."""

import html
from collections.abc import Sequence

import numpy as np

_STYLE = """\
body { font: 15px sans-serif; margin: 24px; background: #fff; color: #111; }
section { border-top: 1px solid #ccc; padding: 12px 0; overflow-x: auto; }
dl { display: grid; grid-template-columns: max-content auto; gap: 2px 12px; margin: 0; }
dt { color: #666; }
dd { margin: 0; }
table { border-collapse: collapse; font-size: 13px; margin-top: 8px; }
th { font-weight: normal; white-space: pre; padding: 0 6px 0 0; text-align: right; }
thead th { vertical-align: bottom; padding: 0; }
thead div { writing-mode: vertical-rl; transform: rotate(180deg); padding: 4px 0; margin: auto; }
td { width: 20px; min-width: 20px; height: 20px; border: 1px solid #e4e4e4; padding: 0; }
"""


def attention_figure(
    weights: np.ndarray, rows: Sequence[str], columns: Sequence[str], texts: dict[str, str]
) -> str:
    """Returns a table with a cell for each weight, below the texts.

    A cell is the darker, the closer its weight is to 1. A tooltip shows the number.

    Args:
      weights: [rows, columns], in [0, 1].
      rows: The output tokens, from top to bottom.
      columns: The source tokens.
      texts: The texts above the table, by label.
    """
    listed = "".join(
        f"<dt>{html.escape(label)}</dt><dd>{html.escape(text)}</dd>"
        for label, text in texts.items()
    )
    head = "".join(f"<th><div>{html.escape(column)}</div></th>" for column in columns)
    body = "\n".join(
        f"<tr><th>{html.escape(row)}</th>{_cells(row, columns, row_weights)}</tr>"
        for row, row_weights in zip(rows, weights, strict=True)
    )
    return (
        f"<section><dl>{listed}</dl>\n<table><thead><tr><th></th>{head}</tr></thead>\n"
        f"<tbody>{body}</tbody></table></section>\n"
    )


def attention_page(title: str, figures: Sequence[str]) -> str:
    """Returns a page of figures for a browser."""
    return (
        '<!DOCTYPE html>\n<html><head><meta charset="utf-8">\n'
        f"<title>{html.escape(title)}</title>\n<style>\n{_STYLE}</style></head>\n"
        f"<body><h1>{html.escape(title)}</h1>\n"
        "<p>Each row is a token of the output, each column a token of the source. The darker a cell, "
        "the more the model attended to the source token when it chose the output token.</p>\n"
        f"{''.join(figures)}</body></html>\n"
    )


def _cells(row: str, columns: Sequence[str], weights: np.ndarray) -> str:
    return "".join(
        f'<td style="background:rgba(12,74,150,{weight:.3f})" '
        f'title="{html.escape(row)} &larr; {html.escape(column)}: {weight:.3f}"></td>'
        for column, weight in zip(columns, weights, strict=True)
    )
