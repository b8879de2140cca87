"""Where the near-duplicate filter runs."""

import socket

import pytest

from seedbed.filtering.engines import _knock


@pytest.mark.parametrize("form", ["127.0.0.1:{}", "ray://127.0.0.1:{}"])
def test_an_address_at_which_nothing_listens_is_refused_at_once(form: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        _knock(form.format(port))
    with pytest.raises(ConnectionRefusedError):
        _knock(form.format(port))


@pytest.mark.parametrize("address", ["auto", "local", "this machine"])
def test_a_place_without_a_port_is_left_to_ray(address: str) -> None:
    _knock(address)
