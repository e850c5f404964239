"""The node ports that a cluster has to spare."""

from collections.abc import Iterable

from nplint.profile import Profile
from nplint.resource import Service


class SparePorts:
    """The node ports that nothing known takes, lowest first, and which of them is offered to whom.

    They are of the band for pinned ports where the cluster's version has one.
    """

    def __init__(self, profile: Profile, taken: Iterable[int]) -> None:
        self.band = profile.static_band if profile.has_static_band else profile.node_port_range
        unfree = {*taken, *profile.ledger, *profile.reserved_ports}
        self.free = tuple(port for port in range(self.band.low, self.band.high + 1) if port not in unfree)
        self._offered: dict[tuple[object, ...], int] = {}

    def instead_of(self, number: int, service: Service) -> int | None:
        """The port for a Service that cannot have this one, which is offered to no other; None where none is left."""
        order = self._offered.setdefault((number, *service.who), len(self._offered))
        return self.free[order] if order < len(self.free) else None
