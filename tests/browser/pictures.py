"""What pretended applications look like: their icons, and themselves."""

from __future__ import annotations

import base64
import math
import pathlib
import struct
import zlib

#: An application at work: a field and a plot, in colours that are nobody's theme.
FRAME = """<!doctype html><html lang="en"><title>{name}</title><style>
body {{ margin: 0; height: 100vh; display: flex; flex-direction: column; background: #f4f6f8;
  color: #1d2b3a; font: 14px system-ui, sans-serif }}
header {{ display: flex; gap: 1.25rem; align-items: center; padding: .5rem 1rem;
  background: #24405c; color: #fff; flex-wrap: wrap }} header b {{ margin-right: auto }}
main {{ flex: 1; min-height: 0; margin: 1rem; background: #fff; border: 1px solid #cfd8e0 }}
svg {{ width: 100%; height: 100% }} path {{ fill: none; stroke-width: 2.5 }}
input {{ font: inherit; width: 9rem }}
</style><header><b>{name}</b><span>File</span><span>View</span>
<input id="typed" aria-label="typed" value="sin(x) / x"></header>
<main><svg viewBox="0 0 800 400" preserveAspectRatio="none" role="img" aria-label="A plot">
{plot}</svg></main>{script}</html>"""

#: What a desktop adds: its screen can follow the window.
FOLLOWS = """<script>
const tell = (follows) => parent.postMessage({type: "remoteapp.resizable", follows}, "*");
addEventListener("message", (event) => tell(event.data.follow));
tell(false);
</script>"""


def plot() -> str:
    """Grid lines and two curves, as parts of an SVG picture."""
    lines = [f'<path d="M0 {y}H800" stroke="#e3e9ee"/>' for y in range(50, 400, 50)]
    lines += [f'<path d="M{x} 0V400" stroke="#e3e9ee"/>' for x in range(80, 800, 80)]
    for shift, colour in ((0.0, "#2c7bb6"), (0.9, "#d7641c")):
        points = ((x, (x - 400) / 28 + shift + 1e-9) for x in range(0, 801, 4))
        path = "L".join(f"{x} {260 - 200 * math.sin(t) / t:.1f}" for x, t in points)
        lines.append(f'<path d="M{path}" stroke="{colour}"/>')
    return "".join(lines)


def icon_of(image: str) -> str:
    """Base64 of the icon of a demo image."""
    root = pathlib.Path(__file__).resolve().parents[2]
    return base64.b64encode((root / "images" / image / "icon.png").read_bytes()).decode()


def icon(red: int, green: int, blue: int) -> str:
    """Base64 of a PNG: a disk of that colour."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    size, rows = 64, []
    for y in range(size):
        row = b""
        for x in range(size):
            inside = (x - 31.5) ** 2 + (y - 31.5) ** 2 < 28**2
            row += bytes((red, green, blue, 255 if inside else 0))
        rows.append(b"\0" + row)
    header = struct.pack(">IIBBBBB", size, size, 8, 6, 0, 0, 0)
    data = zlib.compress(b"".join(rows))
    parts = (chunk(b"IHDR", header), chunk(b"IDAT", data), chunk(b"IEND", b""))
    return base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"".join(parts)).decode()
