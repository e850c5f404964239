"""What the API server refuses when a stored Service is replaced by another state of it."""

from collections.abc import Iterator
from typing import NamedTuple

from nplint.node import Node
from nplint.resource import Service


class Refusal(NamedTuple):
    """Why an update is refused: the place in the new state, and the place in the old state that it does not fit.

    `field` is set where the server names another field than the one that is written.
    """

    now: Node
    message: str
    before: Node
    field: str = ""


def refusals(old: Service, new: Service) -> Iterator[Refusal]:
    """Why the server would refuse the update. What the new state leaves out, the server keeps from the old one."""
    yield from _identity(old, new)
    yield from _cluster_ip(old, new)
    yield from _second_cluster_ip(old, new)
    yield from _family(old, new)
    yield from _released(old, new)
    yield from _health_check_port(old, new)
    yield from _load_balancer_class(old, new)


def _identity(old: Service, new: Service) -> Iterator[Refusal]:
    for name in ("name", "namespace"):
        before, now = old.node["metadata"][name], new.node["metadata"][name]
        if before.text and now.text and before.text != now.text:
            yield Refusal(now, f"the {name} of a Service cannot change", before)


def _cluster_ip(old: Service, new: Service) -> Iterator[Refusal]:
    before, now = old.spec["clusterIP"], new.spec["clusterIP"]
    if "ExternalName" in (old.type, new.type) or "" in (old.type, new.type) or before.is_placeholder:
        return
    if now.text and now.text != before.text and (before.text or now.text == "None"):
        yield Refusal(now, "the clusterIP of a Service cannot change", before, "spec.clusterIPs[0]")
    elif before.text == "None" and not now.text and new.takes_node_ports:
        yield Refusal(
            new.spec["type"],
            f"a headless Service cannot become {new.type}: its clusterIP stays None",
            before,
            "spec.clusterIPs[0]",
        )


def _second_cluster_ip(old: Service, new: Service) -> Iterator[Refusal]:
    before, now = old.spec["clusterIPs"][1], new.spec["clusterIPs"][1]
    if "ExternalName" not in (old.type, new.type) and before.text and now.text and before.text != now.text:
        yield Refusal(now, "the second cluster IP of a Service cannot change", before)


def _family(old: Service, new: Service) -> Iterator[Refusal]:
    before, now = old.spec["ipFamilies"][0], new.spec["ipFamilies"][0]
    is_fixed = "ExternalName" not in (old.type, new.type) and not old.is_headless
    if is_fixed and before.text and now.text and before.text != now.text:
        yield Refusal(now, "the first IP family of a Service cannot change", before)


def _released(old: Service, new: Service) -> Iterator[Refusal]:
    """The second family, or its address, is given up without saying so."""
    policy = new.spec["ipFamilyPolicy"]
    effective = policy if policy.value is not None else old.spec["ipFamilyPolicy"]
    if "ExternalName" in (old.type, new.type) or effective.text not in ("PreferDualStack", "RequireDualStack"):
        return
    for name in ("ipFamilies", "clusterIPs"):
        before, now = old.spec[name], new.spec[name]
        if len([*before]) == 2 and len([*now]) == 1:
            message = f"ipFamilyPolicy has to be SingleStack to give up the second of {name}"
            yield Refusal(now, message, before, "spec.ipFamilyPolicy")
            return


def _health_check_port(old: Service, new: Service) -> Iterator[Refusal]:
    before, now = old.spec["healthCheckNodePort"], new.spec["healthCheckNodePort"]
    if _checks_health(old) and _checks_health(new) and before.number and now.number and before.number != now.number:
        yield Refusal(now, "healthCheckNodePort cannot change", before)


def _checks_health(service: Service) -> bool:
    return service.type == "LoadBalancer" and service.external_traffic_policy == "Local"


def _load_balancer_class(old: Service, new: Service) -> Iterator[Refusal]:
    before, now = old.spec["loadBalancerClass"], new.spec["loadBalancerClass"]
    both = old.type == new.type == "LoadBalancer"
    if both and not before.is_placeholder and not now.is_placeholder and before.text != now.text:
        yield Refusal(now, "loadBalancerClass cannot change while the type is LoadBalancer", before)


def keeps_both(old: Service, new: Service, name: str) -> bool:
    """Whether two entries in `ipFamilies` or `clusterIPs` pass although the new policy does not ask for two families.

    Without a policy the server keeps the one that was, and SingleStack drops the second entry of an unchanged list.
    """
    policy, before = new.spec["ipFamilyPolicy"], old.spec["ipFamilyPolicy"]
    if "ExternalName" in (old.type, new.type):
        return False
    if policy.value is not None:
        return policy.text == "SingleStack" and old.spec[name].value == new.spec[name].value
    # Without one, a headless Service without a selector got both families.
    had_both = before.value is None and old.is_headless and not old.spec["selector"].value
    return had_both or before.is_placeholder or before.text in ("PreferDualStack", "RequireDualStack")


def is_dropped(old: Service, new: Service, field: Node) -> bool:
    """Whether the server drops a field that the new type does not have, because it is still as the old type had it."""
    name = field.path[new.node.root + 1]
    if name == "externalTrafficPolicy":
        return old.is_external and old.external_traffic_policy == field.text
    if name == "ports":
        return old.takes_node_ports and _node_ports(new) <= _node_ports(old)
    if name in _DEFAULTS_OF_LOAD_BALANCER:
        value = old.spec[name].value
        kept = _DEFAULTS_OF_LOAD_BALANCER[name] if value is None else value
        return old.type == "LoadBalancer" and kept == field.value
    if name == "healthCheckNodePort":
        return _checks_health(old) and old.spec[name].value == field.value
    return old.type != "ExternalName" and new.type == "ExternalName" and _is_same_address(old, new, str(name))


_DEFAULTS_OF_LOAD_BALANCER = {"allocateLoadBalancerNodePorts": True, "loadBalancerClass": None}


def _node_ports(service: Service) -> set[int | None]:
    return {port.node_port for port in service.ports} - {None}


def _is_same_address(old: Service, new: Service, name: str) -> bool:
    """Whether the fields of a Service's own addresses are as they were."""
    if name in ("clusterIP", "clusterIPs"):
        return _cluster_ips(new) == _cluster_ips(old)
    if name == "ipFamilyPolicy":
        return new.spec[name].text == (old.spec[name].text or "SingleStack")
    return name == "ipFamilies" and new.spec[name].value == old.spec[name].value


def _cluster_ips(service: Service) -> list[str]:
    """The cluster IPs, of which clusterIP is the first, and the only one where clusterIPs is left out."""
    first, several = service.spec["clusterIP"].text, [node.text for node in service.spec["clusterIPs"]]
    return several if several and first in ("", several[0]) else [first]
