"""What the proxy's client makes of bad answers. (The rest: tests/contracts.)"""

from __future__ import annotations

import pytest

from remoteappmanager.exceptions import ServiceUnavailable
from remoteappmanager.services.reverse_proxy import ReverseProxy, route_path
from tests.fakes.gate_site import FakeContainer


@pytest.mark.parametrize(
    "urlpath, path",
    [
        ("/user/alice/containers/1", "/user/alice/containers/1"),
        ("/user/alice/containers/1/", "/user/alice/containers/1"),
        ("/user/bob%20smith%2B1@x.org/c", "/user/bob smith+1@x.org/c"),
        ("/user/%2541", "/user/%41"),
    ],
)
def test_route_path(urlpath: str, path: str) -> None:
    """Decoded once, as the proxy keeps it."""
    assert route_path(urlpath) == path


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 500 Broken\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>",
        b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n",
        b"nonsense\r\n\r\n",
    ],
)
async def test_what_is_not_the_proxys_answer(answer: bytes) -> None:
    """Errors, pages, redirects, nonsense: the proxy is not available."""
    async with FakeContainer().running() as server:
        server.answer = answer
        client = ReverseProxy(server.url, "secret-token", timeout=2)
        with pytest.raises(ServiceUnavailable) as error:
            await client.routes()
        assert "secret-token" not in str(error.value)
        await client.close()


async def test_routes_that_are_no_routes_are_skipped() -> None:
    """Only what carries our mark, in the form in which we write it."""
    table = (
        b'{"/a": null, "/b": {"remoteapp": 1}, "/c": {"target": "t", "remoteapp": {"realm": "r"}}}'
    )
    async with FakeContainer().running() as server:
        server.answer = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(table), table)
        client = ReverseProxy(server.url, "t", realm="r")
        assert await client.routes() == {"/c": "t"}
        await client.close()
