"""What authors of rules and programs that embed nplint need.

A rule: write a check, decorate it with `@rule`, yield `Problem`s. A program:

    report = lint(Cluster(read_paths("deploy")), load_rules().values())
"""

__version__ = "0.1.0"
API_VERSION = 1
"""What plugins and programs can rely on; a plugin that sets `NPLINT_API` says which version it is written for."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from nplint.check import Check as Check
    from nplint.check import Example as Example
    from nplint.check import Problem as Problem
    from nplint.check import Problems as Problems
    from nplint.check import Rule as Rule
    from nplint.check import Unjudged as Unjudged
    from nplint.check import another_node_port as another_node_port
    from nplint.check import removal as removal
    from nplint.check import replacement as replacement
    from nplint.check import reported as reported
    from nplint.check import rule as rule
    from nplint.check import unknown_word as unknown_word
    from nplint.cluster import Cluster as Cluster
    from nplint.document import DefectKind as DefectKind
    from nplint.document import Document as Document
    from nplint.document import Span as Span
    from nplint.engine import lint as lint
    from nplint.errors import NplintError as NplintError
    from nplint.finding import Confidence as Confidence
    from nplint.finding import Edit as Edit
    from nplint.finding import Finding as Finding
    from nplint.finding import Severity as Severity
    from nplint.hookspecs import Formatter as Formatter
    from nplint.hookspecs import Terminal as Terminal
    from nplint.hookspecs import hookimpl as hookimpl
    from nplint.library import load_rules as load_rules
    from nplint.library import read_paths as read_paths
    from nplint.library import read_text as read_text
    from nplint.node import Node as Node
    from nplint.plugins import package_rules as package_rules
    from nplint.profile import CCE_TYPES as CCE_TYPES
    from nplint.profile import PortRange as PortRange
    from nplint.profile import Profile as Profile
    from nplint.profile import When as When
    from nplint.report import Report as Report
    from nplint.resource import PROTOCOLS as PROTOCOLS
    from nplint.resource import SERVICE_TYPES as SERVICE_TYPES
    from nplint.resource import TRAFFIC_POLICIES as TRAFFIC_POLICIES
    from nplint.resource import Resource as Resource
    from nplint.resource import Service as Service
    from nplint.resource import ServicePort as ServicePort
    from nplint.workload import Workload as Workload

_HOMES = {
    "cluster": ("Cluster",),
    "document": ("DefectKind", "Document", "Span"),
    "engine": ("lint",),
    "errors": ("NplintError",),
    "finding": ("Confidence", "Edit", "Finding", "Severity"),
    "hookspecs": ("Formatter", "Terminal", "hookimpl"),
    "library": ("load_rules", "read_paths", "read_text"),
    "node": ("Node",),
    "plugins": ("package_rules",),
    "profile": ("CCE_TYPES", "PortRange", "Profile", "When"),
    "resource": ("PROTOCOLS", "SERVICE_TYPES", "TRAFFIC_POLICIES", "Resource", "Service", "ServicePort"),
    "workload": ("Workload",),
    "report": ("Report",),
    "check": (
        "Check",
        "Example",
        "Problem",
        "Problems",
        "Rule",
        "Unjudged",
        "another_node_port",
        "removal",
        "replacement",
        "reported",
        "rule",
        "unknown_word",
    ),
}
_MODULES = {name: module for module, names in _HOMES.items() for name in names}

__all__ = sorted((*_MODULES, "API_VERSION"))  # noqa: PLE0605 - one list of names serves export and late import


def __getattr__(name: str) -> "Any":
    """Import a name when it is first used, so that `nplint --version` and `--help` load no model."""
    if name not in _MODULES:
        raise AttributeError(f"module 'nplint' has no attribute '{name}'")
    from importlib import import_module

    # Each rule asks for some of these: the next one finds them without coming here.
    value = globals()[name] = getattr(import_module(f"nplint.{_MODULES[name]}"), name)
    return value
