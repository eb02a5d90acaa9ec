"""Anyone, with any password. For a first look and for tests."""

from typing import Any

from jupyterhub.auth import Authenticator
from traitlets import default


class WorldAuthenticator(Authenticator):
    """Lets everybody in under any name they give. Never use it where others can reach it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.log.warning(
            "WorldAuthenticator: ANYONE can log in under ANY name, with any password. "
            "For testing only."
        )

    @default("allow_all")
    def _default_allow_all(self) -> bool:
        return True

    async def authenticate(self, handler: Any, data: dict[str, str]) -> str | None:
        """The name that was typed; None, which is a refusal, for none at all."""
        return data.get("username", "").strip() or None
