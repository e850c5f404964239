"""Mistakes put into manifests of public projects, where they lie beside the project, are fixed to the byte."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from nplint.document import Source
from nplint.finding import Edit
from nplint.fix import applied
from nplint.node import Node
from nplint.objects import resources_of
from nplint.reader import decode, read
from nplint.resource import Service

if TYPE_CHECKING:
    from tests.conftest import Nplint

CORPUS = Path(__file__).parent.parent.parent / "shared" / "corpus"

pytestmark = pytest.mark.skipif(not CORPUS.exists(), reason="the manifests of public projects are not here")

WORDS = ("protocol", "externalTrafficPolicy", "internalTrafficPolicy", "sessionAffinity")


def texts() -> list[tuple[str, bytes]]:
    """The names and bytes of the files that may hold a Service."""
    files = ((file.name, file.read_bytes()) for file in sorted(CORPUS.rglob("*")) if file.is_file())
    return [(name, data) for name, data in files if b"kind: Service" in data or b'"Service"' in data]


def services(source: Source) -> list[Service]:
    """The Services that get mistakes: what hangs on an anchor is left to people."""
    found = (one for document in read(source) if "&" not in document.text for one in resources_of(document))
    return [one for one in found if isinstance(one, Service) and not any(one.unrendered())]


def text_of(node: Node) -> str:
    return node.document.source.slice(node.span)


def mistakes(service: Service) -> Iterator[Edit]:
    """What people get wrong, such that there is one way back: to what was written before."""
    ports = [port.node for port in service.ports]
    for name in WORDS:
        for node in (parent[name] for parent in (service.spec, *ports)):
            if node.text:
                yield Edit(node.span, text_of(node).lower(), True)
    for node in (port[name] for port in ports for name in ("port", "nodePort", "targetPort")):
        if node.number and text_of(node) == str(node.number):
            yield Edit(node.span, f'"{node.number}"', True)
    for mapping in (service.spec["selector"], service.node["metadata"]["labels"]):
        yield from (Edit(node.span, text_of(node)[1:-1], True) for _, node in mapping.items() if is_quoted_number(node))
    for mapping in (service.spec, *ports):
        for key in (mapping[name].key for name in ("sessionAffinity", "targetPort", "nodePort")):
            if key.present:
                yield Edit(key.span, text_of(key).lower(), True)


def is_quoted_number(node: Node) -> bool:
    return re.fullmatch(r'"(\d+\.\d|[1-9]\d*|true|false)"', text_of(node)) is not None


def foreign_ports(service: Service, source: Source) -> Iterator[Edit]:
    """A nodePort in each entry of a ClusterIP Service, on a line of its own or between brackets."""
    for port in service.ports if service.type == "ClusterIP" and service.spec["type"].text else ():
        node = port.node["port"]
        end = source.offsets(node.span)[1]
        before = source.line(node.span.line)[: node.key.span.column - 1]
        line_end = re.compile(r"[^\r\n]*(\r?\n)").match(source.text, end)
        name = '"nodePort"' if text_of(node.key).startswith('"') else "nodePort"
        if re.fullmatch(r"[ -]*", before) and line_end and name == "nodePort":
            indent = " " * len(before)
            place = source.span(line_end.end(), line_end.end())
            yield Edit(place, f"{indent}nodePort: 30080  # gone{line_end[1]}", True)
        elif "{" in before or "," in before:
            yield Edit(source.span(end, end), f", {name}: 30080", True)


def spoilt(data: bytes) -> bytes:
    source = decode("", data)
    return applied(data, [edit for one in services(source) for edit in (*mistakes(one), *foreign_ports(one, source))])


def lay_out(folder: Path, files: list[tuple[str, bytes]]) -> dict[Path, bytes]:
    """Write each file with mistakes into a folder of its own; what it has to become."""
    originals = {}
    for number, (name, data) in enumerate(files):
        file = folder / str(number) / name
        file.parent.mkdir()
        file.write_bytes(spoilt(data))
        if file.read_bytes() != data:
            originals[file] = data
    return originals


def test_mistakes_are_fixed_and_nothing_else_is_touched(nplint: "Nplint", tmp_path: Path) -> None:
    originals = lay_out(tmp_path, texts())
    assert len(originals) > 400
    preview = nplint("fix", "--diff").err.splitlines()
    run = nplint("fix")
    assert (run.code, run.out) == (0, "")
    assert re.search(rf"^fixed [1-9]\d{{3}} in {len(originals)} files", run.err, re.MULTILINE)
    assert preview == [run.err.splitlines()[-1].replace("fixed", "would fix")]
    assert [file for file, data in originals.items() if file.read_bytes() != data] == []
    assert " fixable with `nplint fix`" not in nplint("--format", "concise").err


@pytest.mark.parametrize(
    "form",
    [lambda data: re.sub(rb"\r?\n", b"\r\n", data), lambda data: data.decode("utf-8-sig").encode("utf-16")],
    ids=["CRLF", "UTF-16"],
)
def test_the_form_of_a_file_does_not_matter(nplint: "Nplint", tmp_path: Path, form: Callable[[bytes], bytes]) -> None:
    originals = lay_out(tmp_path, [(name, form(data)) for name, data in texts()[::5]])
    assert len(originals) > 80
    assert nplint("fix").code == 0
    assert [file for file, data in originals.items() if file.read_bytes() != data] == []
