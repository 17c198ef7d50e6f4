from frazo_tools.tokenizer.json_difference import first_difference


def test_the_first_difference_has_its_path():
    found = {"type": "A", "parts": [1, {"x": True}]}
    assert first_difference(found, {"type": "A", "parts": [1, {"x": True}]}, "model") is None
    assert first_difference(found, {"type": "A", "parts": [1, {"x": 1}]}, "model") == (
        "model.parts[1].x",
        "true",
        "1",
    )
    assert first_difference(found, {"type": "A", "parts": [1, {}]}, "m") == (
        "m.parts[1].x",
        "true",
        "nothing",
    )
    assert first_difference({}, {"a": None}, "m") == ("m.a", "nothing", "null")


def test_parts_of_other_types_differ_as_a_whole():
    assert first_difference({"type": "A", "x": 1}, {"type": "B", "x": 2}, "decoder") == (
        "decoder",
        '{"type": "A", "x": 1}',
        '{"type": "B", "x": 2}',
    )
    assert first_difference([1], [1, 2], "l") == ("l", "[1]", "[1, 2]")
