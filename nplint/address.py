"""IP addresses and CIDR blocks as the API server reads them, leading zeros and all."""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ipaddress import IPv4Address, IPv6Address

    Address = IPv4Address | IPv6Address

_LEADING_ZEROS = r"(?<![0-9A-Fa-f])0+(?=[0-9A-Fa-f])"
_LENGTH = r"0*(\d{1,3})"


def parse(text: str) -> "Address | None":
    """An address without zone or prefix length, or None. Leading zeros mean nothing: 010.0.0.1 is 10.0.0.1."""
    if not text:
        return None
    # Most Services name no address, so most runs need none of this.
    from ipaddress import ip_address

    try:
        address = ip_address(re.sub(_LEADING_ZEROS, "", text))
    except ValueError:
        return None
    if address.version == 4:
        return address
    return None if address.scope_id is not None else address.ipv4_mapped or address


def is_public(text: str) -> bool:
    """Whether it is an address of the public network."""
    parsed = parse(text)
    return parsed is not None and parsed.is_global


def family(address: "Address") -> str:
    """`IPv4` or `IPv6`."""
    return f"IPv{address.version}"


def is_block(text: str) -> bool:
    """Whether the text is a CIDR block; bits behind the prefix may be set."""
    address, _, length = text.partition("/")
    # The prefix of ::ffff:10.0.0.0 counts all 128 bits, although the address is read as 10.0.0.0.
    bits, found = (128 if ":" in address else 32), re.fullmatch(_LENGTH, length, re.ASCII)
    return parse(address) is not None and found is not None and int(found[1]) <= bits


def outside_use(address: "Address") -> str:
    """Why an address cannot be an external one of a Service, or ""."""
    if address.is_unspecified:
        return "it stands for no address"
    if address.is_loopback:
        return "it is a loopback address"
    if address.is_link_local:
        return "it is a link-local address"
    if _is_link_local_multicast(address):
        return "it is a link-local multicast address"
    return ""


def _is_link_local_multicast(address: "Address") -> bool:
    if address.version == 4:
        return address.packed[:3] == bytes((224, 0, 0))
    # The flags in the upper half of the second byte do not matter, only the scope in the lower half does.
    return address.packed[0] == 0xFF and address.packed[1] & 0x0F == 0x02
