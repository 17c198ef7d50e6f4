import pytest
from frazo.config import ConfigError
from frazo.config.config_text import ConfigText
from frazo.config.random_messages import RandomFormatter, messages
from frazo.proto import experiment_pb2
from frazo_tools.config.textproto_format import formatted
from google.protobuf import text_format
from hypothesis import given
from hypothesis import strategies as st


def form(text):
    return formatted(ConfigText("x.textproto", text))


@given(messages(), st.randoms(use_true_random=False))
def test_message_and_comments_stay(message, choices):
    text = RandomFormatter(message, choices).text
    result = form(text)
    assert text_format.Parse(result, experiment_pb2.Experiment()) == message
    # A comment ends its line, wherever the random text has put it.
    comment = '# a "comment" {'
    assert result.count(f"{comment}\n") == text.count(comment)
    assert form(result) == result
    assert all(line == line.rstrip() for line in result.splitlines())


def test_levels_and_marks():
    assert form("a:1,b<c:'x';d{}>e:[1,2]f:[]") == ("a: 1\nb { c: 'x' d {} }\ne: [ 1, 2 ]\nf: []\n")
    assert form("a {\nb: - 2\nc:{ d: 1 }\n}") == "a {\n  b: -2\n  c { d: 1 }\n}\n"


def test_comments_and_blank_lines_stay_where_they_are():
    text = """\


# of the file

# of a
a { # opens


  # before b
  b: 1   # of b


  c: 2
  # last

}
list: [
  1, # one
  # before two
  2
]
"""
    assert (
        form(text)
        == """\
# of the file

# of a
a {  # opens
  # before b
  b: 1  # of b

  c: 2
  # last
}
list: [
  1,  # one
  # before two
  2
]
"""
    )


def test_comments_within_a_field_come_before_it():
    assert form("a # 1\n: # 2\n 3 # 4\n") == "# 1\n# 2\na: 3  # 4\n"
    assert form('a: "x" # 1\n "y" # 2\n') == '# 1\na:\n  "x"\n  "y"  # 2\n'


def test_what_is_too_long_for_a_line_gets_several():
    name = "n" * 60
    assert form(f"a {{ {name}: 1 {name}: 2 }}") == f"a {{\n  {name}: 1\n  {name}: 2\n}}\n"
    assert form(f"a: [ {name}, {name} ]") == f"a: [\n  {name},\n  {name}\n]\n"
    assert form(f'a: "{name}" "{name}"') == f'a:\n  "{name}"\n  "{name}"\n'
    assert form(f'a: "{2 * name}"') == f'a: "{2 * name}"\n'


def test_any_by_its_type():
    text = "a { [type.googleapis.com/frazo.Dropout] { rate: 0.5 } }\n"
    assert form(text.replace("/", " / ")) == text


def test_empty_text_stays_empty():
    assert form("") == ""
    assert form(" \n\n") == ""


@pytest.mark.parametrize(
    ("text", "place", "problem"),
    [
        ("a: 1\n}", "2:1", "nothing is open here"),
        ("a {\n b: 1", "2:6", 'expected "}", which closes "{" at 1:3'),
        ("a: [ 1 }", "1:8", 'expected "]", which closes "[" at 1:4'),
        ("a 1", "1:3", 'expected ":" after "a"'),
        ("a:\n", "2:1", "expected a value"),
        (": 1", "1:1", "expected a field name"),
        ('a: "x\n"', "1:4", 'a string without its closing "'),
        ("[ a {", "1:5", 'expected "]" after the name of a type'),
        ("a: -", "1:5", "the text ends too early"),
    ],
)
def test_what_is_no_textproto_is_refused_with_its_place(text, place, problem):
    with pytest.raises(ConfigError) as failure:
        form(text)
    assert str(failure.value).startswith(f"x.textproto:{place}: experiment: {problem}")
