"""Files -> the graph of Services and clients, in every format."""

import json
from xml.etree import ElementTree

from fuzz.case import case, plugins
from fuzz.targets.lint import TERMINALS
from nplint.engine import lint
from nplint.output.graph import render
from nplint.picture import RULES, Picture, scene

FORMATS = ("text", "mermaid", "dot", "svg", "html", "json")


def check(data: bytes) -> None:
    """Draw the files of an input."""
    scenes = []
    for cluster in case(data).clusters:
        report = lint(cluster, [plugins().rules[name] for name in RULES])
        for crash in report.crashes:
            assert crash.error
            raise crash.error
        scenes.append(scene(cluster, report, lambda _: True))
    for picture in (Picture(tuple(scenes)), Picture(tuple(one.broken() for one in scenes))):
        for format in FORMATS:
            text = render(picture, format, TERMINALS[len(data) % len(TERMINALS)])
            text.encode()
            if format == "json":
                json.loads(text)
            if format == "svg":
                ElementTree.fromstring(text)
