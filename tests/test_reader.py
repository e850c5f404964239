"""What is a mistake, and what only a template."""

import pytest

from nplint.document import DefectKind
from nplint.reader import decode, read

HEAD = "apiVersion: v1\nkind: Service\n"


def kinds(text: str) -> list[DefectKind]:
    return [defect.kind for document in read(decode("f.yaml", text.encode())) for defect in document.defects]


@pytest.mark.parametrize(
    "rest",
    [
        "# see {{ docs }}\nmetadata: {name: web\n",
        "  # {{ a }}\n\tx: 1\n",
        'metadata:\n  annotations: {x: "{{ $labels }}"}\n\tname: web\n',
        "metadata:\n  annotations:\n    x: '{% raw %}'\n\tname: web\n",
        'metadata: {"{{ a }}": b, c: [}\n',
    ],
)
def test_marks_that_disturb_no_parser_excuse_no_mistake(rest: str) -> None:
    assert kinds(HEAD + rest) == [DefectKind.UNREADABLE]


@pytest.mark.parametrize(
    "rest",
    [
        "metadata: {name: {{ .Release.Name }}\n",
        "{{- if .x }}\n  a: b\n{{- end }}\n",
        'metadata:\n  name: "{{ default "x" .Values.name }}"\n  y: [\n',
        "spec:\n  {{- toYaml .Values.spec | nindent 2 }}\n",
        "{% if x %}\nspec: {}\n{% endif %}\n",
        "metadata:\n  name: web # {{ why }}\n  {{ x }}\n",
    ],
)
def test_text_that_only_actions_break_is_a_template(rest: str) -> None:
    assert kinds(HEAD + rest) == [DefectKind.TEMPLATE]
