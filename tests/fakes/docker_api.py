"""The HTTP interface of the simulated engine: a method per endpoint."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from tests.fakes.docker_engine import Engine
from tests.fakes.docker_failures import Failures
from tests.fakes.docker_networks import Refused

API_VERSION = "1.41"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Api:
    """The HTTP interface of one engine. A method per endpoint."""

    def __init__(self, engine: Engine, failures: Failures) -> None:
        self.engine = engine
        self.failures = failures

    def application(self) -> web.Application:
        """The routes, each with and without a version before it."""
        one = "/containers/{id}"
        routes: list[tuple[str, str, str, Handler]] = [
            ("GET", "/_ping", "ping", self.ping),
            ("HEAD", "/_ping", "ping", self.ping),
            ("GET", "/version", "version", self.version),
            ("GET", "/info", "info", self.info),
            ("GET", "/events", "events", self.events),
            ("POST", "/containers/create", "create", self.create),
            ("GET", "/containers/json", "list", self.list),
            ("GET", f"{one}/json", "inspect", self.inspect),
            ("POST", f"{one}/start", "start", self.start),
            ("POST", f"{one}/stop", "stop", self.stop),
            ("POST", f"{one}/kill", "kill", self.kill),
            ("POST", f"{one}/wait", "wait", self.wait),
            ("GET", f"{one}/logs", "logs", self.logs),
            ("DELETE", one, "remove", self.remove),
            ("GET", "/images/json", "images", self.images),
            ("GET", "/images/{name:.+}/json", "inspect_image", self.inspect_image),
            ("POST", "/networks/create", "create_network", self.create_network),
            ("GET", "/networks", "networks", self.networks),
            ("GET", "/networks/{id}", "inspect_network", self.inspect_network),
            ("DELETE", "/networks/{id}", "remove_network", self.remove_network),
        ]
        application = web.Application()
        for method, path, operation, handler in routes:
            guarded = self._guarded(operation, handler)
            for prefix in ("", "/v{version:[0-9.]+}"):
                if method == "GET":
                    application.router.add_get(prefix + path, guarded, allow_head=False)
                else:
                    application.router.add_route(method, prefix + path, guarded)
        application.router.add_route("*", "/{tail:.*}", self.nothing)
        return application

    def _guarded(self, operation: str, handler: Handler) -> Handler:
        """``handler`` with failures injected, and refusals as Docker's error JSON."""

        async def guarded(request: web.Request) -> web.StreamResponse:
            failure = await self.failures.meet(operation)
            if failure is not None:
                return failure
            try:
                return await handler(request)
            except Refused as refusal:
                return _json({"message": str(refusal)}, refusal.status)

        return guarded

    async def nothing(self, request: web.Request) -> web.Response:
        return _json({"message": "page not found"}, 404)

    async def ping(self, request: web.Request) -> web.Response:
        headers = {"Api-Version": API_VERSION, "Ostype": "linux"}
        return web.Response(text="OK", headers=headers)

    async def version(self, request: web.Request) -> web.Response:
        return _json(
            {
                "Platform": {"Name": "simulated"},
                "Components": [{"Name": "Engine", "Version": "simulated", "Details": {}}],
                "Version": "simulated",
                "ApiVersion": API_VERSION,
                "MinAPIVersion": "1.12",
                "Os": "linux",
                "Arch": "amd64",
            }
        )

    async def info(self, request: web.Request) -> web.Response:
        states = [container.status for container in self.engine.containers.values()]
        return _json(
            {
                "ID": "SIMULATED",
                "Name": "simulated",
                "Containers": len(states),
                "ContainersRunning": states.count("running"),
                "ContainersPaused": 0,
                "ContainersStopped": len(states) - states.count("running"),
                "Images": len(self.engine.images.all),
                "OperatingSystem": "Simulated engine",
                "OSType": "linux",
                "NCPU": os.cpu_count(),
                "ServerVersion": "simulated",
            }
        )

    async def events(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        response.enable_chunked_encoding()
        since = request.query.get("since")
        stream = self.engine.events(_filters(request), float(since) if since else None)
        # The listener is there before the client learns that it is connected.
        following = asyncio.ensure_future(anext(stream, None))
        await asyncio.sleep(0)
        await response.prepare(request)
        assert response._payload_writer is not None
        response._payload_writer.send_headers()
        try:
            while (line := await following) is not None:
                await response.write(line)
                following = asyncio.ensure_future(anext(stream, None))
        finally:
            following.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await following
            await stream.aclose()  # type: ignore[attr-defined]
        return response

    async def create(self, request: web.Request) -> web.Response:
        container = self.engine.create(request.query.get("name", ""), await request.json())
        return _json({"Id": container.id, "Warnings": []}, 201)

    async def list(self, request: web.Request) -> web.Response:
        everything = _flag(request, "all")
        found = self.engine.listed(everything, _filters(request))
        limit = int(request.query.get("limit", "-1"))
        return _json(found[:limit] if limit > 0 else found)

    async def inspect(self, request: web.Request) -> web.Response:
        return _json(self.engine.container(request.match_info["id"]).inspected())

    async def start(self, request: web.Request) -> web.Response:
        started = await self.engine.start(self.engine.container(request.match_info["id"]))
        return web.Response(status=204 if started else 304)

    async def stop(self, request: web.Request) -> web.Response:
        container = self.engine.container(request.match_info["id"])
        stopped = await self.engine.stop(container, float(request.query.get("t", "10")))
        return web.Response(status=204 if stopped else 304)

    async def kill(self, request: web.Request) -> web.Response:
        reference = request.match_info["id"]
        name = request.query.get("signal", "SIGKILL").upper()
        full = name if name.startswith("SIG") else f"SIG{name}"
        number = int(name) if name.isdigit() else int(signal.Signals[full])
        try:
            container = self.engine.container(reference)
        except Refused as refusal:
            message = f"Cannot kill container: {reference}: {refusal}"
            raise Refused(refusal.status, message) from refusal
        self.engine.kill(container, number)
        if number == signal.SIGKILL:
            await container.ended.wait()
        return web.Response(status=204)

    async def wait(self, request: web.Request) -> web.Response:
        container = self.engine.container(request.match_info["id"])
        if container.running:
            await container.ended.wait()
        return _json({"Error": None, "StatusCode": container.exit_code})

    async def logs(self, request: web.Request) -> web.Response:
        container = self.engine.container(request.match_info["id"])
        streams = {1} if _flag(request, "stdout") else set()
        streams |= {2} if _flag(request, "stderr") else set()
        tail = request.query.get("tail", "all")
        body = container.logs(streams, tail, _flag(request, "timestamps"))
        return web.Response(body=body, content_type="application/octet-stream")

    async def remove(self, request: web.Request) -> web.Response:
        container = self.engine.container(request.match_info["id"])
        await self.engine.remove(container, _flag(request, "force"))
        return web.Response(status=204)

    async def images(self, request: web.Request) -> web.Response:
        return _json(self.engine.images.listed(_filters(request)))

    async def inspect_image(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        image = self.engine.images.find(name)
        if image is None:
            raise Refused(404, f"no such image: {name}: No such image: {name}")
        return _json(image.inspected())

    async def create_network(self, request: web.Request) -> web.Response:
        return _json(self.engine.networks.create(await request.json()), 201)

    async def networks(self, request: web.Request) -> web.Response:
        return _json(self.engine.networks.listed(_filters(request)))

    async def inspect_network(self, request: web.Request) -> web.Response:
        network = self.engine.networks.find(request.match_info["id"])
        return _json(network.described(self.engine.on_network(network)))

    async def remove_network(self, request: web.Request) -> web.Response:
        network = self.engine.networks.find(request.match_info["id"])
        self.engine.networks.remove(network, self.engine.on_network(network))
        return web.Response(status=204)


def _json(value: Any, status: int = 200) -> web.Response:
    return web.json_response(value, status=status)


def _flag(request: web.Request, name: str) -> bool:
    return request.query.get(name, "").lower() in ("1", "true")


def _filters(request: web.Request) -> dict[str, list[str]]:
    """The filters: lists of texts, or in Docker's older form maps to true."""
    filters = json.loads(request.query.get("filters") or "{}")
    return {key: list(values) for key, values in filters.items()}
