"""A notebook becomes a page."""

import json

from frazo_tools.docs import notebook_page


def cell(kind, source, *printed):
    outputs = [{"output_type": "stream", "name": "stdout", "text": text} for text in printed]
    code = {"outputs": outputs, "execution_count": None} if kind == "code" else {}
    return {"cell_type": kind, "id": "a", "metadata": {}, "source": source} | code


def test_texts_code_and_output_follow_each_other():
    cells = [
        cell("markdown", "# Sums"),
        cell("code", "print(1)\nprint(2)", "1\n", "2\n"),
        cell("code", "!ls"),
    ]
    notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    assert notebook_page.page(json.dumps(notebook)) == (
        "# Sums\n\n```python\nprint(1)\nprint(2)\n```\n\n```text\n1\n2\n```\n\n```sh\nls\n```\n"
    )
