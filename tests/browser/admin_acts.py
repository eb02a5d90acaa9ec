"""What people do in the panel and on the home page, step by step."""

from __future__ import annotations

import dataclasses
import pathlib

from playwright.sync_api import Locator, Page, expect

TINY = "remoteapp/tiny:latest"
VEUSZ = "remoteapp/veusz:latest"
MISSING = "remoteapp/not-built:7"

#: How the panel shows that there is no volume, and no licence.
NONE = "\u2013"

#: Milliseconds for what starts a process or a container, on a busy machine.
PATIENCE = 60_000


def go(panel: Page, section: str) -> None:
    """To a section of the panel, by its link."""
    panel.get_by_role("navigation", name="Sections").get_by_role("link", name=section).click()
    expect(panel.get_by_role("heading", level=1)).to_have_text(section)


def find(panel: Page, text: str) -> Locator:
    """The row of the table that holds ``text``, found by the section's own search."""
    panel.get_by_role("searchbox").fill(text)
    row = panel.locator("tbody tr", has_text=text)
    expect(row).to_have_count(1)
    return row


def add(panel: Page, section: str, button: str, label: str, text: str) -> Locator:
    """Add a user or an application through its dialog; the new row."""
    go(panel, section)
    panel.get_by_role("button", name=button).click()
    panel.get_by_label(label).fill(text)
    panel.get_by_role("dialog").get_by_role("button", name="Add", exact=True).click()
    expect(panel.get_by_role("dialog")).to_have_count(0)
    return find(panel, text)


def grant(panel: Page, image: str, *checked: str, **texts: str) -> None:
    """Add a grant through its dialog, with exactly these boxes checked."""
    panel.get_by_role("button", name="Add a grant").click()
    dialog = panel.get_by_role("dialog")
    dialog.get_by_label("Application", exact=True).fill(image)
    for box in dialog.get_by_role("checkbox").all():
        words = dialog.locator(f"label[for='{box.get_attribute('id')}']").inner_text()
        box.set_checked(any(word in words for word in checked))
    for label, text in texts.items():
        dialog.get_by_label(label.replace("_", " ")).fill(text)
    dialog.get_by_role("button", name="Grant", exact=True).click()
    expect(panel.get_by_role("dialog")).to_have_count(0)


def cells(panel: Page) -> list[list[str]]:
    """The texts of the table, without the acts."""
    rows = panel.locator("tbody tr").all()
    return [[cell.inner_text() for cell in row.locator("td[data-label]").all()] for row in rows]


def entries(home: Page) -> Locator:
    """The applications on a user's page."""
    return home.get_by_role("navigation", name="Applications").locator("a")


def choose(home: Page, number: int) -> None:
    """Choose the application of that number on a user's page."""
    entries(home).nth(number).click()
    expect(entries(home).nth(number)).to_have_attribute("aria-current", "page")


def facts(home: Page, number: int) -> tuple[str, ...]:
    """What the page says of the policy of that number's application."""
    choose(home, number)
    words = "item => [...item.querySelector('span').childNodes].map(n => n.textContent).join(' ')"
    said = [" ".join(item.evaluate(words).split()) for item in home.locator(".facts li").all()]
    if home.get_by_label("Start-up file").count():
        said.append("takes a start-up file")
    return tuple(said)


def stop(panel: Page, row: Locator) -> None:
    """Stop what a row of the containers stands for."""
    row.get_by_role("button", name="Stop").click()
    panel.get_by_role("dialog").get_by_role("button", name="Stop it").click()
    expect(panel.get_by_role("dialog")).to_have_count(0, timeout=PATIENCE)
    expect(row).to_have_count(0)


@dataclasses.dataclass
class Granted:
    """What erin is granted: the words of the panel, and those of her own page."""

    read: pathlib.Path
    written: pathlib.Path

    @property
    def rows(self) -> list[list[str]]:
        """Image, workspace, view, source, target, read-only, start-up file, licence."""
        return [
            [MISSING, "yes", "no", NONE, NONE, NONE, "no", NONE],
            [TINY, "no", "no", NONE, NONE, NONE, "no", "X-2041"],
            [TINY, "yes", "yes", str(self.read), "/mnt/read", "yes", "no", NONE],
            [VEUSZ, "yes", "no", str(self.written), "/mnt/written", "no", "yes", NONE],
        ]

    closed = (
        "Your workspace is not accessible save your work elsewhere",
        "No data volume is mounted",
        "A license is provided",
    )

    @property
    def mounted(self) -> tuple[str, ...]:
        return (
            "Your workspace is accessible at /workspace",
            f"{self.read} → /mnt/read read only",
        )

    @property
    def plotting(self) -> tuple[str, ...]:
        return (
            "Your workspace is accessible at /workspace",
            f"{self.written} → /mnt/written read and write",
            "takes a start-up file",
        )


def make_all(panel: Page, granted: Granted) -> None:
    """Applications, and erin's grants with each policy option, in the panel."""
    go(panel, "Applications")
    panel.get_by_role("button", name="Add an application").click()
    offered = panel.get_by_role("dialog").locator(f"datalist option[value='{TINY}']")
    expect(offered).to_have_count(1)
    panel.keyboard.press("Escape")
    for image, words in ((TINY, "available"), (VEUSZ, "available"), (MISSING, "image missing")):
        row = add(panel, "Applications", "Add an application", "Image", image)
        expect(row).to_contain_text(words)
    go(panel, "Users")
    find(panel, "erin").get_by_role("link", name="Grants of erin").click()
    expect(panel.get_by_role("heading", level=1)).to_have_text("Grants of erin")
    grant(panel, TINY, License="X-2041")
    volume = {"Volume_source": str(granted.read), "Volume_target": "/mnt/read"}
    grant(panel, TINY, "Workspace", "View", "read-only", **volume)
    volume = {"Volume_source": str(granted.written), "Volume_target": "/mnt/written"}
    grant(panel, VEUSZ, "Workspace", "start-up file", **volume)
    grant(panel, MISSING, "Workspace")
    expect(panel.locator("tbody tr")).to_have_count(4)
    assert sorted(cells(panel)) == sorted(granted.rows)
