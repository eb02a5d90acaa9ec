"""The built pages on a stage: a browser whose every request is answered by the test.

Nothing listens and nothing runs behind it, so each state of a page can be had at
once and is the same every time. What the real server answers is tested elsewhere.
"""

from __future__ import annotations

import html
import json
import mimetypes
import pathlib
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, Route

from remoteappmanager.handlers.common import content_security_policy
from tests.browser.pictures import FOLLOWS, FRAME, icon_of, plot

ROOT = pathlib.Path(__file__).resolve().parents[2]
DIST = ROOT / "remoteappmanager" / "static" / "dist"
AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"

ORIGIN = "http://localhost"
BASE = "/user/alice/"

WIDE = {"width": 1280, "height": 800}
NARROW = {"width": 390, "height": 780}


def application(number: int, ui_name: str, **keys: Any) -> dict[str, Any]:
    """One item of ``applications/``; ``keys`` are of the image or of its policy."""
    policy = {
        "app_license": None,
        "allow_home": True,
        "allow_view": False,
        "volume_source": None,
        "volume_target": None,
        "volume_mode": None,
        "allow_startup_data": False,
    }
    image: dict[str, Any] = {
        "name": f"simulation/{ui_name.lower().replace(' ', '-') or 'app'}:1.0",
        "ui_name": ui_name,
        "icon_128": "",
        "description": "",
        "type": "webapp",
        "configurables": [],
    }
    for key, value in keys.items():
        (policy if key in policy else image)[key] = value
    return {"mapping_id": f"{number:032x}", "image": {**image, "policy": policy}}


def demo_applications() -> list[dict[str, Any]]:
    """A handful, with everything that the page can show."""
    return [
        application(
            1,
            "JupyterLab",
            icon_128=icon_of("jupyter"),
            description="Notebooks, a terminal and a file browser, with NumPy and SciPy.",
            allow_view=True,
        ),
        application(
            2,
            "ParaView",
            type="vncapp",
            icon_128=icon_of("paraview"),
            description="Visualise large data sets: surfaces, volumes, streamlines and cuts.\n"
            "Opens VTK, Exodus and CGNS files.",
            configurables=["resolution", "startupdata"],
            allow_startup_data=True,
            allow_view=True,
            volume_source="/srv/data/shared",
            volume_target="/data",
            volume_mode="ro",
        ),
        application(
            3,
            "ParaView",
            type="vncapp",
            icon_128=icon_of("paraview"),
            name="simulation/paraview:1.0",
            description="Visualise large data sets.",
            configurables=["resolution"],
            allow_home=False,
            volume_source="/srv/data/project-x",
            volume_target="/data",
            volume_mode="rw",
            app_license="X-2041",
        ),
        application(
            4,
            "Veusz",
            type="vncapp",
            icon_128=icon_of("veusz"),
            configurables=["resolution", "startupdata"],
        ),
        application(5, "", name="registry.example/group/unnamed-tool:latest", type=""),
    ]


@dataclass
class Stage:
    """The state of the pretended server. Change it at any time."""

    applications: list[dict[str, Any]] = field(default_factory=demo_applications)
    admin: bool = False
    session: str = "user"
    #: Further data attributes of the page's root element.
    attributes: dict[str, str] = field(default_factory=dict)
    #: What answers instead: path below ``api/v1/`` and method -> status and body.
    answers: dict[tuple[str, str], tuple[int, dict[str, Any]]] = field(default_factory=dict)
    #: Requests of these (method, path) are left without an answer.
    held: set[tuple[str, str]] = field(default_factory=set)
    #: What the event stream says before it ends, and the page comes again for what follows.
    #: None for a server that has no stream.
    events: list[tuple[str, dict[str, Any]]] | None = None
    offline: bool = False
    requests: list[tuple[str, str, Any]] = field(default_factory=list)
    #: Further answers, asked first: (method, path, query, body) -> (status, body) or None.
    more: Callable[[str, str, dict[str, str], Any], tuple[int, Any] | None] | None = None
    complaints: list[str] = field(default_factory=list)
    #: How often each application of the list was let run.
    runs: Counter[int] = field(default_factory=Counter)
    _waiting: list[Route] = field(default_factory=list)

    def run(self, number: int) -> str:
        """Let an application of the list run; its url id, another one each time."""
        item = self.applications[number]
        url_id = f"{number + 160 + 4096 * self.runs[number]:032x}"
        self.runs[number] += 1
        item["container"] = {
            "name": f"remoteexec-alice-{number}",
            "image_name": item["image"]["name"],
            "url_id": url_id,
        }
        return url_id

    def tell(self, page: Page, name: str, data: dict[str, Any]) -> None:
        """Let the server say something; the page comes for it at once."""
        self.events = [*(self.events or []), (name, {"at": time.time(), **data})]
        page.evaluate("window.dispatchEvent(new Event('online'))")

    def open(self, browser: Browser, path: str = "", **context_options: Any) -> Page:
        """A page of its own browser context, with everything answered by this stage."""
        options: dict[str, Any] = {"viewport": WIDE, "reduced_motion": "reduce"}
        context: BrowserContext = browser.new_context(**(options | context_options))
        page = context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._listen)
        page.route("**/*", self._answer)
        page.goto(f"{ORIGIN}{BASE}{path}")
        return page

    def close(self, page: Page) -> None:
        """Close the page and its browser context. Nobody waits for an answer any more."""
        while self._waiting:
            self._waiting.pop().abort()
        page.context.close()

    def _listen(self, message: Any) -> None:
        # Failed requests are part of the play; everything else is a complaint.
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            self.complaints.append(message.text)

    def _answer(self, route: Route) -> None:
        parts = urlsplit(route.request.url)
        below = parts.path.removeprefix(BASE)
        if below.startswith("static/dist/"):
            self._file(route, below.removeprefix("static/dist/"))
        elif below.startswith("api/v1/"):
            self._api(route, below.removeprefix("api/v1/"), parts.query)
        elif below.startswith("containers/") and self.session == "user":
            image = self._image(below.split("/")[1])
            name = html.escape(image["ui_name"])
            script = FOLLOWS if image["type"] == "vncapp" else ""
            body = FRAME.format(name=name, plot=plot(), script=script)
            route.fulfill(body=body, content_type="text/html")
        else:
            self._page(route)

    def _image(self, url_id: str) -> dict[str, Any]:
        """What runs there."""
        for item in self.applications:
            if item.get("container", {}).get("url_id") == url_id:
                return dict(item["image"])
        return {"ui_name": "An application", "type": ""}

    def _file(self, route: Route, name: str) -> None:
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        route.fulfill(body=(DIST / name).read_bytes(), content_type=kind)

    def _page(self, route: Route) -> None:
        data = {
            "base-url": BASE,
            "owner": "alice",
            "actor": "alice",
            "admin": str(self.admin).lower(),
            "session": self.session,
            "xsrf-token": "the-token",
            "logout-url": "/hub/logout",
            "hub-prefix": "/hub/",
            "network-timeout": "30",
            "version": "1.0",
            **self.attributes,
        }
        attributes = " ".join(f'data-{key}="{value}"' for key, value in data.items())
        entry = f"{BASE}static/dist/{self.session}"
        body = (
            '<!doctype html><html lang="en"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f'<title>remoteappmanager</title><link rel="stylesheet" href="{entry}.css">'
            '<link rel="icon" href="data:,">'
            f'<script type="module" src="{entry}.js"></script></head>'
            f'<body><div id="app" {attributes}></div></body></html>'
        )
        headers = {"Content-Security-Policy": content_security_policy()}
        route.fulfill(body=body, content_type="text/html", headers=headers)

    def _api(self, route: Route, path: str, query: str) -> None:
        request = route.request
        body = json.loads(request.post_data) if request.post_data else None
        self.requests.append((request.method, path, body))
        if self.offline:
            route.abort("internetdisconnected")
            return
        if (request.method, path) in self.held:
            self._waiting.append(route)
            return
        if path == "events/" and self.events is not None:
            known = int(request.headers.get("last-event-id", "stage.0").removeprefix("stage."))
            text = "".join(
                f"id: stage.{number}\nevent: {name}\ndata: {json.dumps(data)}\n\n"
                for number, (name, data) in enumerate(self.events, 1)
                if number > known
            )
            route.fulfill(body=text or ":\n\n", content_type="text/event-stream")
            return
        if request.headers.get("x-xsrftoken") != "the-token":
            route.fulfill(status=403, json={"type": "Unable", "message": "No XSRF token."})
            return
        arguments = {key: values[-1] for key, values in parse_qs(query).items()}
        special = self.answers.get((request.method, path))
        if special is None and self.more:
            special = self.more(request.method, path, arguments, body)
        status, answer = special or self._usual(request.method, path, body)
        headers = {}
        if status == 201:
            headers["Location"] = f"{ORIGIN}{BASE}api/v1/{path}{answer}/"
            answer = None
        if answer is None:
            route.fulfill(status=status, headers=headers)
        else:
            route.fulfill(status=status, json=answer, headers=headers)

    def _usual(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        if path == "applications/":
            identifiers = [item["mapping_id"] for item in self.applications]
            items = {item["mapping_id"]: item for item in self.applications}
            total = len(identifiers)
            return 200, {"identifiers": identifiers, "items": items, "offset": 0, "total": total}
        if path == "containers/" and method == "POST":
            for number, item in enumerate(self.applications):
                if item["mapping_id"] == body["mapping_id"]:
                    return 201, self.run(number)
        if path.startswith("containers/") and method == "DELETE":
            for item in self.applications:
                if item.get("container", {}).get("url_id") == path.split("/")[1]:
                    del item["container"]
                    return 204, None
        return 404, {"type": "NotFound", "message": "There is nothing at this address."}


def axe_problems(page: Page) -> list[str]:
    """What axe-core finds that is serious or critical, one line each."""
    # Evaluated by the driver, so the page's policy against foreign scripts stays as it is.
    page.evaluate(AXE.read_text())
    found = page.evaluate("async () => (await axe.run(document, {iframes: false})).violations")
    return [
        f"{item['id']} ({item['impact']}): {node['html'][:160]} — {node['failureSummary'][:300]}"
        for item in found
        if item["impact"] in ("serious", "critical")
        for node in item["nodes"]
    ]


def wait_for_frame(page: Page) -> None:
    """Wait until the application that is looked at is there, and no more covered."""
    page.wait_for_function(
        """() => {
            const frames = [...document.querySelectorAll(".frame")];
            const frame = frames.find((one) => one.checkVisibility());
            return frame && !frame.querySelector(".frame-cover");
        }"""
    )
