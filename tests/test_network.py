import socket

import pytest


def test_tests_cannot_leave_the_machine():
    with pytest.raises(RuntimeError, match="this machine alone"):
        socket.create_connection(("192.0.2.1", 80), timeout=1)
    with pytest.raises(RuntimeError, match=r"example\.com"):
        socket.getaddrinfo("example.com", 80)
