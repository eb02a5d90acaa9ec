"""A forwarding process of its own: what it hears from the main one, what it says."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from remoteappmanager.gate.access import Destination
from remoteappmanager.gate.forwarder import Forwarder

#: Seconds between two reports of what was used.
_REPORT = 5.0


async def obey(
    forwarder: Forwarder, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    """Do what the main process says, until it is gone."""
    reporter = asyncio.ensure_future(_report(forwarder, writer))
    try:
        while line := await reader.readline():
            message: dict[str, Any] = json.loads(line)
            if "table" in message:
                places = [Destination(**place) for place in message["table"]]
                forwarder.set_table({place.url_id: place for place in places})
                _say(writer, {"number": message["number"]})
            elif "hint" in message:
                forwarder.start(forwarder.hint(message["hint"]))
    finally:
        reporter.cancel()


async def _report(forwarder: Forwarder, writer: asyncio.StreamWriter) -> None:
    told: dict[str, float] = {}
    while True:
        await asyncio.sleep(_REPORT)
        used = forwarder.connections.last_used()
        news = {url_id: when for url_id, when in used.items() if told.get(url_id) != when}
        if news:
            _say(writer, {"used": news})
        told = used


def _say(writer: asyncio.StreamWriter, message: dict[str, Any]) -> None:
    writer.write(json.dumps(message).encode() + b"\n")


async def secret(reader: asyncio.StreamReader) -> bytes:
    """The first thing that the main process says: what signs our cookies."""
    return bytes.fromhex(json.loads(await reader.readline())["secret"])
