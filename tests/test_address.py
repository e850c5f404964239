from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nplint.address import family, is_block, outside_use, parse


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("10.0.0.1", "10.0.0.1"),
        ("0.0.0.0", "0.0.0.0"),
        ("255.255.255.255", "255.255.255.255"),
        ("010.008.000.001", "10.8.0.1"),
        ("00000000010.0.0.0001", "10.0.0.1"),
        ("::", "::"),
        ("::1", "::1"),
        ("FD00::A", "fd00::a"),
        ("2001:0db8:0:0::1", "2001:db8::1"),
        ("00001::0000002", "1::2"),
        ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
        ("::ffff:10.0.0.1", "10.0.0.1"),
        ("::ffff:010.000.0.1", "10.0.0.1"),
        ("::FFFF:a00:1", "10.0.0.1"),
        ("64:ff9b::10.0.0.1", "64:ff9b::a00:1"),
    ],
)
def test_an_address_is_read_as_the_server_reads_it(text: str, address: str) -> None:
    assert str(parse(text)) == str(ip_address(address))


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "None",
        "host.example.com",
        "10",
        "10.0.0",
        "10.0.0.",
        ".10.0.0.1",
        "10..0.1",
        "10.0.0.1.2",
        "10.0.0.256",
        "10.0.0.0256",
        "10.0.0.-1",
        "10.0.0.+1",
        "10.0.0.0x1",
        "10.0.0.1 ",
        " 10.0.0.1",
        "10.0.0.1\n",
        "10.0.0.1/24",
        "10.0.0.1:80",
        "١٠.0.0.1",
        ":",
        ":::",
        "1::2::3",
        "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9",
        "1:2:3:4:5:6:7::8",
        "10000::",
        "g::",
        "[::1]",
        "::1/64",
        "::1%",
        "fe80::1%eth0",
        "::ffff:10.0.0.256",
        "::ffff:10.0.0",
        "10.0.0.1::",
        "1" * 5000,
    ],
)
def test_other_text_is_no_address(text: str) -> None:
    assert parse(text) is None


@given(st.ip_addresses(), st.integers(0, 4))
def test_leading_zeros_change_nothing(address: object, zeros: int) -> None:
    text = str(address)
    separator = ":" if ":" in text else "."
    padded = separator.join("0" * zeros + part if part else part for part in text.split(separator))
    assert parse(padded) == parse(text)
    assert parse(text) is not None


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("10.0.0.1", "IPv4"),
        ("::ffff:10.0.0.1", "IPv4"),
        ("::10.0.0.1", "IPv6"),
        ("::", "IPv6"),
        ("2001:db8::1", "IPv6"),
    ],
)
def test_a_mapped_address_is_of_the_family_that_it_carries(text: str, name: str) -> None:
    address = parse(text)
    assert address
    assert family(address) == name


@pytest.mark.parametrize(
    "text",
    [
        "0.0.0.0/0",
        "10.0.0.0/8",
        "10.1.2.3/8",
        "10.0.0.1/32",
        "010.0.0.0/08",
        "10.0.0.0/000000000000000000000000032",
        f"10.0.0.0/{'0' * 5000}8",
        "::/0",
        "2001:db8::1/64",
        "2001:db8::/128",
        "::ffff:10.0.0.0/104",
        "::ffff:10.0.0.0/128",
    ],
)
def test_a_block_is_one_whatever_stands_behind_the_prefix(text: str) -> None:
    assert is_block(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "/",
        "/8",
        "any",
        "10.0.0.0",
        "10.0.0.0/",
        "10.0.0.0/33",
        "10.0.0.0/-1",
        "10.0.0.0/+8",
        "10.0.0.0/8.0",
        "10.0.0.0/8/8",
        "10.0.0.0/255.0.0.0",
        "10.0.0.0/ 8",
        " 10.0.0.0/8",
        "10.0.0.0/8\n",
        "10.0.0.0/٨",
        "10.0.0.0/1000",
        "10.0.0/8",
        "10.0.0.256/8",
        "2001:db8::/129",
        "fe80::%eth0/64",
        "::ffff:10.0.0.0/129",
        f"10.0.0.0/{'9' * 5000}",
    ],
)
def test_other_text_is_no_block(text: str) -> None:
    assert not is_block(text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("203.0.113.7", ""),
        ("10.0.0.1", ""),
        ("255.255.255.255", ""),
        ("224.0.1.1", ""),
        ("239.1.1.1", ""),
        ("2001:db8::1", ""),
        ("fd00::1", ""),
        ("ff05::1", ""),
        ("fec0::1", ""),
        ("0.0.0.0", "no address"),
        ("::", "no address"),
        ("::ffff:0.0.0.0", "no address"),
        ("127.0.0.1", "loopback"),
        ("127.255.255.255", "loopback"),
        ("::1", "loopback"),
        ("::ffff:127.0.0.1", "loopback"),
        ("169.254.169.254", "a link-local address"),
        ("fe80::1", "a link-local address"),
        ("febf::1", "a link-local address"),
        ("224.0.0.255", "link-local multicast"),
        ("ff02::1", "link-local multicast"),
        ("ff12::1", "link-local multicast"),
        ("fff2:1::", "link-local multicast"),
    ],
)
def test_some_addresses_cannot_be_external(text: str, why: str) -> None:
    address = parse(text)
    assert address
    said = outside_use(address)
    assert why in said
    assert bool(why) == bool(said)
