"""The values of Secrets, which no output shows."""

import pytest

from nplint.reader import decode, read
from nplint.secrecy import may_hold_secret, veiled

SECRET = """\
apiVersion: v1
kind: Secret
metadata:
  name: shop
  annotations:
    kubectl.kubernetes.io/last-applied-configuration: '{"data": {"a": "aHVudGVy"}}'
    team: sales
data:
  a: aHVudGVy   # hunter
  a: aHVudGVy
stringData: {b: hunter, "c": "hunter's"}
type: Opaque
"""


def shown(text: str) -> str:
    source = decode("f.yaml", text.encode())
    documents = [one for one in read(source) if may_hold_secret(one)]
    return veiled(source, documents).text


STARRED = """\
apiVersion: v1
kind: Secret
metadata:
  name: shop
  annotations:
    kubectl.kubernetes.io/last-applied-configuration: ********* ***** *************
    team: sales
data:
  a: ********   * ******
  a: ********
stringData: *b: ******* "c": ***********
type: Opaque
"""
HEAD = "kind: Secret\napiVersion: v1\n"
ITEM = "{kind: %s, apiVersion: v1, data: %s}"
LIST = "kind: List\napiVersion: v1\nitems: [%s, %s]\n"


@pytest.mark.parametrize(
    ("text", "starred"),
    [
        (SECRET, STARRED),
        (
            HEAD + "stringData:\n  a: |\n    one\n    two words\n",
            HEAD + "stringData:\n  a: *\n    ***\n    *** *****\n",
        ),
        ('{"kind": "Secret", "apiVersion": "v1", "data": {"a": "x"}}', None),
        (
            LIST % (ITEM % ("Secret", "{a: b}"), ITEM % ("ConfigMap", "{a: b}")),
            LIST % (ITEM % ("Secret", "*a: **"), ITEM % ("ConfigMap", "{a: b}")),
        ),
        (HEAD + "data: {a: [\n b\n", HEAD + "data: *** *\n *\n"),
        (HEAD + "data: hunter\n", HEAD + "data: ******\n"),
        (HEAD + "data:\n", HEAD + "data:\n"),
        ("kind: ConfigMap\napiVersion: v1\ndata: {a: b}\n", "kind: ConfigMap\napiVersion: v1\ndata: {a: b}\n"),
    ],
    ids=["yaml", "block", "json", "list", "unreadable", "no mapping", "empty", "config map"],
)
def test_values_are_starred_and_everything_keeps_its_place(text: str, starred: str | None) -> None:
    assert shown(text) == (starred or text.replace('{"a": "x"}', '*"a": ****'))
