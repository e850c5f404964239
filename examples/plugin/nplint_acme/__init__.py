"""What Acme wants of its Services, as a plugin of nplint."""

from collections.abc import Iterable, Mapping

from nplint import Formatter, PortRange, Profile, Report, Rule, Terminal, hookimpl
from nplint_acme.public_without_owner import public_without_owner

NPLINT_API = 1


@hookimpl
def nplint_rules() -> Iterable[Rule]:
    """Acme's rules."""
    return [public_without_owner]


@hookimpl
def nplint_profiles() -> Mapping[str, Profile]:
    """Acme's clusters are alike: `nplint --type acme` knows all of this."""
    ports = PortRange(30000, 31000)
    return {"acme": Profile(type="standard", network="vpc", version=(1, 30, 0, 0), node_port_range=ports)}


@hookimpl
def nplint_formats() -> Mapping[str, Formatter]:
    """One line for Acme's dashboard."""
    return {"tally": tally}


def tally(report: Report, terminal: Terminal) -> str:
    """How many findings each rule has."""
    rules = sorted({finding.rule for finding in report.open})
    counts = (f"{rule}={sum(finding.rule == rule for finding in report.open)}" for rule in rules)
    return " ".join(counts) + "\n"
