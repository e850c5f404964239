"""The graph for other programs, described by schemas/graph.json."""

import json
from typing import Any

from nplint import __version__
from nplint.document import Span
from nplint.finding import Finding
from nplint.hookspecs import Terminal
from nplint.output.excerpt import whole
from nplint.picture import Dial, Hub, Meeting, Picture, Place, Pods, Scene


def render(picture: Picture, terminal: Terminal) -> str:
    return json.dumps(document(picture), indent=2) + "\n"


def document(picture: Picture) -> dict[str, Any]:
    """The picture as plain data."""
    return {
        "version": 1,
        "tool": {"name": "nplint", "version": __version__},
        "clusters": [_scene(scene) for scene in picture.scenes],
    }


def _scene(scene: Scene) -> dict[str, Any]:
    return {"name": scene.name or None, "services": [_hub(hub) for hub in scene.hubs]}


def _hub(hub: Hub) -> dict[str, Any]:
    return {
        "namespace": hub.namespace,
        "name": hub.name,
        "type": hub.type or None,
        "externalTrafficPolicy": hub.policy or None,
        "ports": [
            {"name": one.name, "port": one.port, "nodePort": one.node_port, "protocol": one.protocol or None}
            for one in hub.ports
        ],
        **_span(hub.span),
        "backends": [{**_pods(each.pods), "places": _places(each.places)} for each in hub.backends],
        "unseenBackends": hub.unseen or None,
        "clients": [_dial(dial) for dial in hub.dials],
        "findings": [_finding(finding) for finding in hub.findings],
    }


def _dial(dial: Dial) -> dict[str, Any]:
    return {
        **_pods(dial.pods),
        "nodePort": dial.number,
        "ownNode": dial.own,
        "node": dial.node or None,
        "proven": dial.proven,
        "instead": dial.instead,
        "places": _places(dial.places),
        "coLocation": _meeting(dial.meeting),
        "state": dial.state.value,
        "finding": _finding(dial.finding) if dial.finding else None,
        "doubt": dial.doubt or None,
    }


def _meeting(meeting: Meeting) -> dict[str, Any]:
    return {
        "sharing": meeting.sharing.value,
        "why": meeting.why,
        "backend": _pods(meeting.pods) if meeting.pods else None,
        "places": _places(meeting.places),
    }


def _pods(pods: Pods) -> dict[str, Any]:
    return {"kind": pods.kind, "namespace": pods.namespace, "name": pods.name, **_span(pods.span)}


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "severity": finding.severity.value,
        "confidence": finding.confidence.value,
        "message": finding.message,
        "help": finding.help,
    }


def _places(places: tuple[Place, ...]) -> list[dict[str, Any]]:
    return [{**_span(place.span), "shows": place.shows} for place in places]


def _span(span: Span) -> dict[str, Any]:
    return {"path": whole(span.file), "line": span.line, "column": span.column}
