"""What the author of a rule needs: write a check, decorate it with `@rule`, yield `Problem`s."""

__version__ = "0.1.0"
API_VERSION = 1
"""What plugins and programs can rely on; a plugin that sets `NPLINT_API` says which version it is written for."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from nplint.check import Example as Example
    from nplint.check import Problem as Problem
    from nplint.check import Problems as Problems
    from nplint.check import Unjudged as Unjudged
    from nplint.check import replacement as replacement
    from nplint.check import rule as rule
    from nplint.check import unknown_word as unknown_word
    from nplint.cluster import Cluster as Cluster
    from nplint.document import DefectKind as DefectKind
    from nplint.document import Span as Span
    from nplint.engine import lint as lint
    from nplint.finding import Confidence as Confidence
    from nplint.finding import Edit as Edit
    from nplint.finding import Severity as Severity
    from nplint.node import Node as Node
    from nplint.profile import CCE_TYPES as CCE_TYPES
    from nplint.profile import PortRange as PortRange
    from nplint.profile import Profile as Profile
    from nplint.profile import When as When
    from nplint.resource import PROTOCOLS as PROTOCOLS
    from nplint.resource import SERVICE_TYPES as SERVICE_TYPES
    from nplint.resource import TRAFFIC_POLICIES as TRAFFIC_POLICIES
    from nplint.resource import Resource as Resource
    from nplint.resource import Service as Service
    from nplint.resource import ServicePort as ServicePort
    from nplint.workload import Workload as Workload

_HOMES = {
    "cluster": ("Cluster",),
    "document": ("DefectKind", "Span"),
    "engine": ("lint",),
    "finding": ("Confidence", "Edit", "Severity"),
    "node": ("Node",),
    "profile": ("CCE_TYPES", "PortRange", "Profile", "When"),
    "resource": ("PROTOCOLS", "SERVICE_TYPES", "TRAFFIC_POLICIES", "Resource", "Service", "ServicePort"),
    "workload": ("Workload",),
    "check": ("Example", "Problem", "Problems", "Unjudged", "replacement", "rule", "unknown_word"),
}
_MODULES = {name: module for module, names in _HOMES.items() for name in names}

__all__ = sorted(_MODULES)  # noqa: PLE0605 - one list of names serves both the export and the late import


def __getattr__(name: str) -> "Any":
    """Import a name when it is first used, so that `nplint --version` and `--help` load no model."""
    if name not in _MODULES:
        raise AttributeError(f"module 'nplint' has no attribute '{name}'")
    from importlib import import_module

    return getattr(import_module(f"nplint.{_MODULES[name]}"), name)
