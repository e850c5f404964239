import pytest

from nplint.placeholder import TEMPLATE_MARKS, VALUE_MARKS, find


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("a: {{ .Values.x }}", "{{ .Values.x }}"),
        ("{%- if x %}\n{{ y }}", "{%- if x %}"),
        ("<%= x %>", "<%= x %>"),
        ("{{ a }} {{ b }}", "{{ a }}"),
        ("}} {{ a }}", "{{ a }}"),
        ("{{\n a\n}}", "{{\n a\n}}"),
        ("{{}}", "{{}}"),
        ("{% a {{ b }}", "{{ b }}"),
    ],
)
def test_the_first_closed_mark_is_found(text: str, mark: str) -> None:
    found = find(text, TEMPLATE_MARKS)
    assert found
    assert text[slice(*found)] == mark


@pytest.mark.parametrize("text", ["", "{a: {b: c}}", "{{ a }", "a }}", "{ { a }}", "{%}", "<%>", "${X}", "$(X)", "<x>"])
def test_what_no_template_tool_fills_in_is_not_found(text: str) -> None:
    assert find(text, TEMPLATE_MARKS) is None


@pytest.mark.parametrize("text", ["${X}", "a-${X:-1}-b", "{{ x }}", "{% x %}"])
def test_a_value_may_hold_a_variable(text: str) -> None:
    assert find(text, VALUE_MARKS)


@pytest.mark.parametrize("text", ["$X", "$(X)", "${X", "$ {X}", "{X}"])
def test_a_value_without_a_closed_variable(text: str) -> None:
    assert find(text, VALUE_MARKS) is None
