"""What is known of a cluster, and which rules speak about it."""

import pytest

from nplint.errors import NplintError
from nplint.profile import (
    CCE_TYPES,
    NETWORKS,
    TYPES,
    Applies,
    PortRange,
    Profile,
    Version,
    When,
    declare,
    impossibilities,
    parse_port_range,
    parse_version,
)

MET, UNMET, UNKNOWN = Applies.MET, Applies.UNMET, Applies.UNKNOWN
POSSIBLE = {
    ("standard", "vpc"),
    ("standard", "tunnel"),
    ("turbo", "cloud-native-2.0"),
    ("autopilot", "cloud-native-2.0"),
}


@pytest.mark.parametrize("type", TYPES)
@pytest.mark.parametrize("network", NETWORKS)
def test_a_type_has_its_networks_and_no_others(type: str, network: str) -> None:
    declared = declare(type=type, network=network)
    assert declared == Profile(type=type, network=network, is_declared=True)
    wrong = [(fact, f"has no {network} network: " in message) for fact, message in impossibilities(declared)]
    assert wrong == ([] if (type, network) in POSSIBLE else [("network", True)])


@pytest.mark.parametrize(
    ("written", "meant"), [("vpc-router", "vpc"), ("overlay_l2", "tunnel"), ("eni", "cloud-native-2.0")]
)
def test_a_network_may_be_named_as_the_api_names_it(written: str, meant: str) -> None:
    assert declare(network=written) == declare(network=meant)


@pytest.mark.parametrize(
    ("type", "network", "completed"),
    [
        (None, None, Profile()),
        (None, "vpc", Profile(type="standard", network="vpc")),
        (None, "tunnel", Profile(type="standard", network="tunnel")),
        (None, "cloud-native-2.0", Profile(network="cloud-native-2.0")),
        ("standard", None, Profile(type="standard")),
        ("turbo", None, Profile(type="turbo", network="cloud-native-2.0")),
        ("autopilot", None, Profile(type="autopilot", network="cloud-native-2.0")),
        ("kubernetes", None, Profile(type="kubernetes")),
    ],
)
def test_what_has_only_one_answer_is_filled_in(type: str | None, network: str | None, completed: Profile) -> None:
    assert declare(type=type, network=network)._replace(is_declared=False) == completed


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("v1.29.13-r0", (1, 29, 13, 0)),
        ("v1.29.13-r12", (1, 29, 13, 12)),
        ("1.29", (1, 29, 0, 0)),
        (" v1.30.4 ", (1, 30, 4, 0)),
        ("v1.27.3-gke.100", (1, 27, 3, 0)),
        ("v1.28.6+k3s1", (1, 28, 6, 0)),
    ],
)
def test_a_version_is_read_as_clusters_print_it(text: str, version: Version) -> None:
    assert parse_version(text) == version
    assert declare(version=text).version == version


@pytest.mark.parametrize("text", ["29", "v1", "latest", "1.29.x", "v1.29.13-r0 or so\nmore", "-1.29", "1..29"])
def test_what_is_no_version_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(NplintError, match=r"is no cluster version: write it like v1\.29\.13-r0"):
        parse_version(text)


@pytest.mark.parametrize(
    ("text", "ports"),
    [
        ("30000-32767", PortRange(30000, 32767)),
        (" 30000 - 30000 ", PortRange(30000, 30000)),
        ("1-65535", PortRange(1, 65535)),
    ],
)
def test_a_port_range_is_read(text: str, ports: PortRange) -> None:
    assert parse_port_range(text) == ports
    assert str(parse_port_range(str(ports))) == str(ports)
    assert declare(node_port_range=text).node_port_range == ports


@pytest.mark.parametrize("text", ["30000", "0-100", "32767-30000", "30000-65536", "a-b", "30000-", "1-2-3", "-1-5"])
def test_what_is_no_port_range_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(NplintError, match="is no node port range: write it like 30000-32767"):
        parse_port_range(text)


@pytest.mark.parametrize(
    ("port", "inside"), [(29999, False), (30000, True), (31000, True), (32767, True), (32768, False)]
)
def test_both_ends_belong_to_a_port_range(port: int, inside: bool) -> None:
    assert (port in PortRange(30000, 32767)) is inside


@pytest.mark.parametrize("type", [*CCE_TYPES, None])
@pytest.mark.parametrize(("ports", "possible"), [("20106-32767", True), ("20105-32767", False), ("30000-32768", False)])
def test_cce_bounds_the_node_port_range(type: str | None, ports: str, possible: bool) -> None:
    network = None if type else "vpc"
    declared = declare(type=type, network=network, node_port_range=ports)
    assert str(declared.node_port_range) == ports
    message = f"the node port range {ports} cannot be set on CCE: it lies within 20106-32767 there"
    assert list(impossibilities(declared)) == ([] if possible else [("node-port-range", message)])


@pytest.mark.parametrize("type", ["kubernetes", None])
def test_the_node_port_range_is_free_where_nothing_says_cce(type: str | None) -> None:
    declared = declare(type=type, node_port_range="1024-65535")
    assert declared.node_port_range == PortRange(1024, 65535)
    assert list(impossibilities(declared)) == []


@pytest.mark.parametrize(
    ("profile", "wrong"),
    [
        (Profile(type="standard", network="vpc", ip_families=("IPv4",)), []),
        (Profile(type="standard", network="vpc", ip_families=("IPv4", "IPv6")), ["ip-families"]),
        (Profile(type="standard", network="tunnel", proxy_mode="iptables", ip_families=("IPv6",)), ["ip-families"]),
        (Profile(type="standard", network="tunnel", proxy_mode="ipvs", ip_families=("IPv6",)), []),
        (Profile(type="kubernetes", proxy_mode="iptables", ip_families=("IPv6",)), []),
        (Profile(ledger={30080: "", 8080: ""}), ["ledger"]),
    ],
)
def test_what_no_cluster_can_be(profile: Profile, wrong: list[str]) -> None:
    assert [fact for fact, _ in impossibilities(profile)] == wrong


def test_nothing_declared_is_no_declared_cluster() -> None:
    assert not declare().is_declared
    assert declare(proxy_mode="ipvs").is_declared


TURBO = Profile(type="turbo", network="cloud-native-2.0")
STANDARD = Profile(type="standard", network="vpc")
PLAIN = Profile(type="kubernetes")


@pytest.mark.parametrize(
    ("when", "profile", "applies"),
    [
        (When(), Profile(), MET),
        (When(type=("turbo",)), TURBO, MET),
        (When(type=("turbo",)), STANDARD, UNMET),
        (When(type=("turbo",)), PLAIN, UNMET),
        (When(type=("turbo",)), Profile(), UNKNOWN),
        (When(type=("turbo",)), Profile(network="cloud-native-2.0"), UNKNOWN),
        (When(type=CCE_TYPES), STANDARD, MET),
        (When(type=CCE_TYPES), PLAIN, UNMET),
        (When(type=("standard",)), Profile(network="cloud-native-2.0"), UNMET),
        (When(network=("vpc",)), STANDARD, MET),
        (When(network=("vpc",)), TURBO, UNMET),
        (When(network=("vpc",)), PLAIN, UNMET),
        (When(network=("vpc",)), Profile(type="standard"), UNKNOWN),
        (When(network=("vpc",)), Profile(), UNKNOWN),
        (When(network=("vpc", "tunnel")), Profile(type="standard", network="tunnel"), MET),
        (When(since=(1, 29, 0, 0)), Profile(version=(1, 29, 0, 0)), MET),
        (When(since=(1, 29, 0, 0)), Profile(version=(1, 30, 1, 2)), MET),
        (When(since=(1, 29, 0, 0)), Profile(version=(1, 28, 15, 9)), UNMET),
        (When(since=(1, 29, 0, 0)), Profile(), UNKNOWN),
    ],
)
def test_a_condition_is_met_or_not_or_unknown(when: When, profile: Profile, applies: Applies) -> None:
    verdict = when.judge(profile)
    assert verdict.applies is applies
    assert bool(verdict.reason) is (applies is UNMET)
    assert bool(verdict.missing) is bool(verdict.on) is (applies is UNKNOWN)


@pytest.mark.parametrize(
    ("when", "missing", "on"),
    [
        (When(type=("turbo",)), "type", "CCE Turbo"),
        (When(type=("turbo", "autopilot")), "type", "CCE Turbo or CCE Autopilot"),
        (When(type=CCE_TYPES), "type", "CCE"),
        (When(network=("vpc", "tunnel")), "network", "the vpc or tunnel network"),
        (When(since=(1, 29, 3, 0)), "version", "version 1.29 and later"),
    ],
)
def test_an_unknown_condition_names_the_missing_fact(when: When, missing: str, on: str) -> None:
    verdict = when.judge(Profile())
    assert (verdict.missing, verdict.on) == (missing, on)


def test_one_condition_that_fails_decides_over_one_that_is_unknown() -> None:
    when = When(type=("turbo",), since=(1, 29, 0, 0))
    assert when.judge(Profile(version=(1, 28, 0, 0))).applies is UNMET
    assert when.judge(Profile(type="standard")).applies is UNMET
    assert when.judge(Profile(type="turbo")).missing == "version"
    assert when.judge(Profile(type="turbo", version=(1, 29, 1, 0))).applies is MET


def test_a_failed_condition_says_what_the_cluster_is() -> None:
    assert When(type=("turbo",)).judge(PLAIN).reason == "it is about CCE Turbo, and this is plain Kubernetes"
    assert When(network=("vpc",)).judge(TURBO).reason.endswith("and this cluster has cloud-native-2.0")


def test_a_profile_has_a_title() -> None:
    assert TURBO.title == "CCE Turbo"
    assert Profile().title == "a cluster of undeclared type"
