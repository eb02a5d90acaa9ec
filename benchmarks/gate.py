"""What the gate costs: transfers through it beside the same ones in ``direct`` mode.

    python -m benchmarks.gate [MEGABYTES]

Two whole deployments run one after the other in the same run: Hub, proxy, gate, Docker, and an
application (built on remoteapp/jupyter, for its Tornado) that sends, takes and echoes. Printed
are MB/s, the ratio gated / direct, and how much the gate's memory grew. Loopback only.

Last results (two cores, Python 3.11; the ratio of one run differs from the next by up to 0.2):

                    direct     gated   ratio   MB/s, 500 MB each
    download           417       376    0.90
    upload             472       411    0.87
    websocket          151       113    0.75
    the gate's memory grew by 3.7 MB
"""

from __future__ import annotations

import asyncio
import io
import pathlib
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from typing import Any

import docker
import websockets

from tests.integration.deployment import Deployment, Visitor
from tests.integration.memory import memory_of

IMAGE = "remoteapp-benchmark/echo:latest"
DOCKERFILE = """
FROM remoteapp/jupyter:latest
ENTRYPOINT ["tini", "--", "/opt/jupyter/bin/python", "-c", "\\
import os, tornado.ioloop, tornado.web, tornado.websocket\\n\\
base = os.environ['JPY_BASE_USER_URL'] + '/containers/' + os.environ['URL_ID']\\n\\
class Page(tornado.web.RequestHandler):\\n\\
    async def get(self):\\n\\
        for _ in range(int(self.get_argument('mb', '0'))):\\n\\
            self.write(bytes(1 << 20))\\n\\
            await self.flush()\\n\\
@tornado.web.stream_request_body\\n\\
class Upload(tornado.web.RequestHandler):\\n\\
    def prepare(self):\\n\\
        self.request.connection.set_max_body_size(1 << 40)\\n\\
        self.size = 0\\n\\
    def data_received(self, chunk):\\n\\
        self.size += len(chunk)\\n\\
    def post(self):\\n\\
        self.write(str(self.size))\\n\\
class Echo(tornado.websocket.WebSocketHandler):\\n\\
    async def on_message(self, message):\\n\\
        await self.write_message(message, binary=True)\\n\\
routes = [(base + '/', Page), (base + '/upload', Upload), (base + '/echo', Echo)]\\n\\
app = tornado.web.Application(routes)\\n\\
app.listen(8888)\\n\\
tornado.ioloop.IOLoop.current().start()\\n"]
"""
FRAME = 64 * 1024


def chunks(megabytes: int) -> Iterator[bytes]:
    """That many megabytes of zeros."""
    block = bytes(1 << 20)
    for _ in range(megabytes):
        yield block


def download(visitor: Visitor, path: str, megabytes: int) -> float:
    """MB/s of one download."""
    began = time.perf_counter()
    size = 0
    with visitor.get(f"{path}?mb={megabytes}", stream=True, timeout=300) as answer:
        for chunk in answer.iter_content(1 << 20):
            size += len(chunk)
    assert size == megabytes << 20, size
    return megabytes / (time.perf_counter() - began)


def upload(visitor: Visitor, path: str, megabytes: int) -> float:
    """MB/s of one upload."""
    began = time.perf_counter()
    answer = visitor.post(
        f"{path}upload", data=chunks(megabytes), headers={"Origin": visitor.base}, timeout=300
    )
    assert answer.text == str(megabytes << 20), answer.text[:200]
    return megabytes / (time.perf_counter() - began)


async def echo(visitor: Visitor, path: str, megabytes: int) -> float:
    """MB/s of frames of 64 kB that come back, sixteen on their way at a time."""
    cookies = "; ".join(f"{c.name}={c.value}" for c in visitor.cookies if c.path != "/hub/")
    frames = (megabytes << 20) // FRAME
    async with websockets.connect(
        f"{visitor.base.replace('http', 'ws')}{path}echo",
        additional_headers={"Cookie": cookies},
        origin=visitor.base,  # type: ignore[arg-type]
        compression=None,
        proxy=None,
    ) as channel:
        window = asyncio.Semaphore(16)

        async def send() -> None:
            for _ in range(frames):
                await window.acquire()
                await channel.send(bytes(FRAME))

        began = time.perf_counter()
        sending = asyncio.create_task(send())
        for _ in range(frames):
            await channel.recv()
            window.release()
        await sending
        return megabytes / (time.perf_counter() - began)


def measure(access: str, megabytes: int) -> dict[str, Any]:
    """All three transfers in one mode, medians of three."""
    with tempfile.TemporaryDirectory() as directory:
        deployment = Deployment(
            pathlib.Path(directory) / "site", app_config=f"container_access = {access!r}"
        )
        deployment.start()
        try:
            mapping = deployment.grant(IMAGE, "alice")
            visitor = deployment.enter("alice")
            answer = deployment.api(visitor, "POST", "containers/", json={"mapping_id": mapping})
            assert answer.status_code == 201, answer.text
            url_id = answer.headers["Location"].rstrip("/").rpartition("/")[2]
            path = f"{visitor.home}containers/{url_id}/"
            assert visitor.get(path).ok
            download(visitor, path, 10)
            before = memory_of(deployment.gate_pids()).resident
            result: dict[str, Any] = {
                "download": statistics.median(download(visitor, path, megabytes) for _ in range(3)),
                "upload": statistics.median(upload(visitor, path, megabytes) for _ in range(3)),
                "websocket": statistics.median(
                    asyncio.run(echo(visitor, path, megabytes // 4)) for _ in range(3)
                ),
            }
            grown = memory_of(deployment.gate_pids()).resident - before
            result["grown"] = grown / 2**20
            return result
        finally:
            deployment.stop()


def main(megabytes: int = 500) -> None:
    """Measure both modes and print the table."""
    docker.from_env().images.build(fileobj=io.BytesIO(DOCKERFILE.encode()), tag=IMAGE, rm=True)
    direct = measure("direct", megabytes)
    gated = measure("gated", megabytes)
    print(f"{'':12}{'direct':>10}{'gated':>10}{'ratio':>8}   MB/s, {megabytes} MB each")
    for name in ("download", "upload", "websocket"):
        ratio = gated[name] / direct[name]
        print(f"{name:12}{direct[name]:10.0f}{gated[name]:10.0f}{ratio:8.2f}")
    print(f"the gate's memory grew by {gated['grown']:.1f} MB")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
