"""What the events of ``events/`` carry, for the description of the API and the pages' types."""

from __future__ import annotations

from pydantic import Field

from remoteappmanager.launch_steps import STEPS
from remoteappmanager.webapi.forms import Form


class EventForm(Form):
    """Common to all."""

    at: float = Field(description="When it happened: seconds since the epoch")


class StepData(EventForm):
    """A start entered a step."""

    mapping_id: str
    step: str = Field(json_schema_extra={"enum": list(STEPS)})


class WarningData(StepData):
    """A start has something to tell the user."""

    message: str


class ChangeData(EventForm):
    """Something started or was granted: worth a look at the list."""

    mapping_id: str | None = Field(None, description="Whose start is over; else absent")
    missed: bool = Field(False, description="Events before this one may have been missed")


class EndedData(EventForm):
    """A running application ended, whoever did it."""

    mapping_id: str
    url_id: str
    name: str
    asked: bool = Field(description="Somebody stopped it on purpose; then nothing else is known")
    reason: str = Field(description="A sentence for the user")
    exit_code: int | None
    out_of_memory: bool
    log: str = Field(description="The last lines that it wrote")
    ref: str = Field(description="Found in the log of the server")


class RevokedData(EventForm):
    """The grant of a running application was taken away. Told to each page that connects."""

    mapping_id: str
    url_id: str
    name: str
    ends_at: float | None = Field(description="When the server will end it; null: it runs on")


class GrantedData(EventForm):
    """A revocation was taken back."""

    mapping_id: str
    url_id: str


#: Name of an event -> what it carries.
EVENTS: dict[str, type[EventForm]] = {
    "step": StepData,
    "warning": WarningData,
    "change": ChangeData,
    "ended": EndedData,
    "revoked": RevokedData,
    "granted": GrantedData,
}
