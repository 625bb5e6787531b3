"""The guard: which hosts, ports and IP addresses are ever connected to.

The networks are our own list (IANA's special-purpose registries, multicast, and the clouds' metadata services):
``ipaddress.is_global`` lets several of them pass, and what it lets pass differs between versions of Python.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from content.errors import AddressRefused

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
DEFAULT_ALLOWED_PORTS = (80, 443)

_DENIED_V4 = tuple(
    map(
        ipaddress.IPv4Network,
        """
        0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24
        192.31.196.0/24 192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24 198.18.0.0/15 198.51.100.0/24
        203.0.113.0/24 224.0.0.0/3 168.63.129.16/32
        """.split(),
    )
)
# Only global unicast (2000::/3) is considered at all, so that mapped, compatible, NAT64, unique local, link-local and
# multicast addresses need no line; of it, what embeds an IPv4 address or is set apart is denied.
_GLOBAL_V6 = ipaddress.IPv6Network("2000::/3")
_DENIED_V6 = tuple(map(ipaddress.IPv6Network, "2001::/23 2001:db8::/32 2002::/16 2620:4f:8000::/48 3fff::/20".split()))
# What a source that allows private addresses may reach, on its own host alone: never link-local addresses, where
# clouds keep credentials.
_PRIVATE = tuple(
    map(
        ipaddress.ip_network,
        "127.0.0.0/8 10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 100.64.0.0/10 ::1/128 fc00::/7".split(),
    )
)
_METADATA = frozenset(map(ipaddress.ip_address, ("100.100.100.200", "fd00:ec2::254", "fd20:ce::254")))
# Names that resolve inside a machine, a home, a company or a cluster (RFC 6761, RFC 6762, RFC 8375, ICANN's .internal).
_INNER = frozenset(
    "localhost localdomain local internal intranet private corp home lan svc pod default cluster consul onion test "
    "invalid home.arpa".split()
)


class Address(Protocol):
    """Where somebody wants to connect to; an IPv6 address in brackets, as in a URL."""

    @property
    def host(self) -> str:
        """Its host name or IP address."""

    @property
    def port(self) -> int:
        """Its port."""

    @property
    def origin(self) -> str:
        """Scheme, host and port."""


@dataclass(frozen=True, slots=True)
class Guard:
    """Says what may be connected to.

    ``own`` is the address that the configuration names. With ``allow_private`` its host may lie in a private network
    and its port is allowed; no other host gains anything by that.
    """

    own: Address | None = None
    allow_private: bool = False
    ports: tuple[int, ...] = DEFAULT_ALLOWED_PORTS

    def check(self, address: Address) -> None:
        """Raise AddressRefused where an address must not be asked for, before any name is resolved."""
        self.check_host(address.host, address.port)

    def check_host(self, host: str, port: int) -> None:
        """Raise AddressRefused for a port, a name or an IP address that is not allowed."""
        trusted = self._trusts(host)
        if not trusted:
            if address := _literal(host):
                self.vet(host, [address])
            elif "." not in host or any(host.endswith(f".{inner}") for inner in _INNER):
                raise AddressRefused(f"{host}: the name is one of a private network{_REMEDY}")
        if port not in self.ports and not (trusted and self.own is not None and port == self.own.port):
            raise AddressRefused(
                f"{host}:{port}: the port {port} is none of those allowed "
                f"({', '.join(map(str, self.ports))}); `ports` of the source allows others"
            )

    def vet(self, host: str, addresses: Sequence[IPAddress]) -> None:
        """Raise AddressRefused unless all the IP addresses of a host may be connected to."""
        trusted = self._trusts(host)
        for address in addresses:
            if not is_public(address) and not (trusted and is_private(address)):
                where = f"{host} ({address})" if str(address) != host.strip("[]") else host
                raise AddressRefused(f"{where}: the address is not a public one{_REMEDY}")

    def _trusts(self, host: str) -> bool:
        return self.allow_private and self.own is not None and host.strip("[]") == self.own.host.strip("[]")


_REMEDY = "; for a test site of your own, set allow_private on its source, or name it with --allow-private"


def is_public(address: IPAddress) -> bool:
    """Whether an IP address belongs to the public internet."""
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in network for network in _DENIED_V4)
    return address in _GLOBAL_V6 and not any(address in network for network in _DENIED_V6)


def is_private(address: IPAddress) -> bool:
    """Whether an IP address is one of a machine or a network of one's own, and no cloud's metadata service."""
    return any(address in network for network in _PRIVATE) and address not in _METADATA


def _literal(host: str) -> IPAddress | None:
    try:
        return ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return None
