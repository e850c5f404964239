"""What every format of the graph says in the same words."""

from nplint.colocation import Sharing
from nplint.finding import Finding
from nplint.output.excerpt import printable
from nplint.picture import Dial, Hub, Meeting, Picture, Port, State

_SHARES = {
    Sharing.CERTAIN: "always shares a node with",
    Sharing.POSSIBLE: "may share a node with",
    Sharing.EXCLUDED: "never shares a node with",
}
_MEETS = {Sharing.CERTAIN: "always on one node", Sharing.POSSIBLE: "may be on one node", Sharing.EXCLUDED: "kept apart"}


def summary(picture: Picture) -> str:
    """How much there is: `2 Services, 3 clients, 1 broken path`."""
    dials = sum(len(hub.dials) for hub in picture.hubs)
    told = [_count(len(picture.hubs), "Service"), _count(dials, "client")]
    for state in (State.BROKEN, State.DOUBTFUL, State.UNJUDGED):
        number = picture.count(state)
        told += [_count(number, f"{state.value} path")] if number else []
    return ", ".join(told)


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def kind(hub: Hub) -> list[str]:
    """What decides about the paths to a Service: its type and traffic policy, "" being what is not known."""
    return [hub.type or "type not known", f"externalTrafficPolicy {hub.policy or 'not known'}"]


def port(one: Port) -> str:
    """A port and the node port that leads to it: `port 80 on nodePort 30080`."""
    protocol = "" if one.protocol == "TCP" else f"/{one.protocol or '?'}"
    node_port = "any nodePort" if one.node_port is None else f"nodePort {one.node_port}"
    return printable(f"port {'?' if one.port is None else one.port}{protocol} on {node_port}")


def dials(dial: Dial) -> str:
    """What a client does: `dials nodePort 30080 of its own node`."""
    node = " of its own node" if dial.own else f" of {dial.node}" if dial.node else ""
    return printable(f"{'dials' if dial.proven else 'may dial'} nodePort {dial.number}{node}")


def shares(meeting: Meeting) -> str:
    """Whether a client shares a node with a pod of the Service, as what the client does."""
    pods = meeting.pods.title if meeting.pods else "pods that the input does not show"
    return printable(f"{_SHARES[meeting.sharing]} {pods}: {meeting.why}")


def meets(meeting: Meeting) -> str:
    """The same for a line that leads from one to the other."""
    return printable(f"{_MEETS[meeting.sharing]}: {meeting.why}")


def found(finding: Finding) -> str:
    """A finding in one line."""
    return printable(f"{finding.severity.value}: {finding.message}")


def doubt(dial: Dial) -> str:
    return printable(f"not judged: {dial.doubt}") if dial.doubt else ""


def unseen(hub: Hub) -> str:
    """Why there may be pods that are not shown; "" where there are none or where some are shown."""
    if hub.backends:
        return ""
    return printable(f"no pods are seen: {hub.unseen}" if hub.unseen else "no pods are selected")
