import ipaddress

import pytest

from content.errors import AddressRefused
from content.guard import Guard, is_private, is_public
from ingest.web.address import parse

PRIVATE = """
0.0.0.0 10.1.2.3 100.64.0.1 100.127.255.255 127.0.0.1 127.255.255.254 169.254.169.254 172.16.0.1 172.31.255.255
192.0.0.192 192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1 198.19.255.255 198.51.100.1 203.0.113.1 224.0.0.1 240.0.0.1
255.255.255.255 168.63.129.16
:: ::1 ::7f00:1 ::ffff:127.0.0.1 ::ffff:8.8.8.8 64:ff9b::7f00:1 64:ff9b::808:808 64:ff9b:1::1 100::1 2001::1
2001:2::1 2001:10::1 2001:20::1 2001:db8::1 2002:7f00:1::1 2002:808:808::1 3fff::1 5f00::1 fc00::1 fd00:ec2::254
fe80::1 fec0::1 ff02::1
""".split()
PUBLIC = """
8.8.8.8 1.1.1.1 100.63.255.255 100.128.0.1 169.253.1.1 172.15.0.1 172.32.0.1 192.0.1.1 192.167.1.1 198.17.0.1
198.20.0.1 223.255.255.255 2606:4700:4700::1111 2a00:1450:4001::1 2001:4860:4860::8888
""".split()


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses(address):
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses(address):
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "host",
    "localhost ip6-localhost metadata instance-data metadata.google.internal printer.local nas.lan wiki.corp "
    "kubernetes.default.svc api.svc.cluster.local router.home.arpa x.localhost".split(),
)
def test_names_of_inner_networks(host):
    with pytest.raises(AddressRefused, match="private network"):
        Guard().check(parse(f"http://{host}/"))


@pytest.mark.parametrize(
    "url", ["https://metadata.example.com/", "https://sub.localhost.example.com/", "http://8.8.8.8/"]
)
def test_names_that_only_look_like_it(url):
    Guard().check(parse(url))


def test_ports():
    with pytest.raises(AddressRefused, match="8080"):
        Guard().check(parse("http://example.com:8080/"))
    Guard(ports=(8080,)).check(parse("http://example.com:8080/"))
    with pytest.raises(AddressRefused, match="port"):
        Guard(ports=(8080,)).check(parse("http://example.com/"))


def test_all_addresses_of_a_host_must_be_public():
    mixed = [ipaddress.ip_address("93.184.215.14"), ipaddress.ip_address("127.0.0.1")]
    with pytest.raises(AddressRefused, match=r"example\.com \(127\.0\.0\.1\)"):
        Guard().vet("example.com", mixed)


def test_a_private_site_of_ones_own():
    own = parse("http://wiki.internal:8000/start")
    guard = Guard(own, allow_private=True)
    guard.check(own)
    guard.vet("wiki.internal", [ipaddress.ip_address("10.0.0.7")])
    for other in (
        "http://wiki.internal:9000/",
        "http://db.internal:8000/",
        "http://10.0.0.7:8000/",
        "http://10.0.0.8/",
    ):
        with pytest.raises(AddressRefused):
            guard.check(parse(other))
    with pytest.raises(AddressRefused):
        guard.vet("example.com", [ipaddress.ip_address("10.0.0.7")])


@pytest.mark.parametrize(
    "address", ["169.254.169.254", "fd00:ec2::254", "100.100.100.200", "fe80::1", "0.0.0.0", "224.0.0.1"]
)
def test_metadata_services_are_nobodys_own(address):
    assert not is_private(ipaddress.ip_address(address))
    guard = Guard(parse("http://wiki.internal/"), allow_private=True)
    with pytest.raises(AddressRefused):
        guard.vet("wiki.internal", [ipaddress.ip_address(address)])


def test_without_being_told_nothing_is_private_enough():
    own = parse("http://127.0.0.1:8000/")
    with pytest.raises(AddressRefused):
        Guard(own).check(own)
