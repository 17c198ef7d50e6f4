from frazo_tools.documented_parser import documented_parser


def test_the_docstring_stands_around_the_options():
    parser = documented_parser("sort_lines", "Sorts lines.\n\nTwo spaces  are kept.\n")
    assert parser.format_help() == (
        "usage: sort_lines [-h] [--helpfull]\n\nSorts lines.\n\noptions:\n"
        "  -h, --help  show this help message and exit\n"
        "  --helpfull  show full help message and exit\n\nTwo spaces  are kept.\n"
    )


def test_a_stripped_docstring_leaves_the_options():
    help_text = documented_parser("sort_lines", None).format_help()
    assert help_text.splitlines()[0] == "usage: sort_lines [-h] [--helpfull]"
