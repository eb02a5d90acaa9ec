"""A fixed list of users with passwords, in the Hub's own configuration."""

import asyncio
from typing import Any

from jupyterhub.auth import Authenticator
from traitlets import Dict, Unicode, default, observe, validate

from remoteappmanager.jupyterhub.auth import hash as password_hash


class BasicAuthenticator(Authenticator):
    """Users and administrators by name and password hash.

    ``user_data`` and ``admin_data`` map names to hashes made by
    ``python -m remoteappmanager.jupyterhub.auth.hash``. Who stands in
    ``admin_data`` is an administrator, and who is taken out of it is none from
    their next login on.
    """

    user_data = Dict(
        key_trait=Unicode(), value_trait=Unicode(), help="Name -> password hash, of users."
    ).tag(config=True)
    admin_data = Dict(
        key_trait=Unicode(), value_trait=Unicode(), help="Name -> password hash, of administrators."
    ).tag(config=True)

    @default("allow_all")
    def _default_allow_all(self) -> bool:
        # Who has a password here may log in; `blocked_users` still applies.
        return True

    @validate("user_data", "admin_data")
    def _validate_data(self, proposal: Any) -> dict[str, str]:
        """Refuse at start, in one line, what could never be verified (a plain password, say)."""
        for name, hashed in proposal.value.items():
            try:
                password_hash.check(hashed)
            except ValueError as exc:
                raise ValueError(
                    f"{type(self).__name__}.{proposal.trait.name}: {name!r}: {exc}"
                ) from exc
        return {self.normalize_username(name): value for name, value in proposal.value.items()}

    @observe("user_data", "admin_data")
    def _announce(self, _change: Any) -> None:
        twice = sorted(set(self.user_data) & set(self.admin_data))
        if twice:
            self.log.warning("In user_data and admin_data, so administrators: %s", twice)

    async def authenticate(self, handler: Any, data: dict[str, str]) -> dict[str, Any] | None:
        """Name and admin flag of who gave the right password, else None."""
        name = self.normalize_username(data.get("username", ""))
        known = {**self.user_data, **self.admin_data}.get(name)
        # An unknown name costs as much time as a known one, so that the time
        # does not tell which names exist. In a thread: it takes the Hub's loop
        # long enough to be felt by everybody.
        matches = await asyncio.to_thread(
            password_hash.verify, data.get("password", ""), known or _nobodys_hash()
        )
        if known is None or not matches:
            return None
        return {"name": name, "admin": name in self.admin_data or name in self.admin_users}


_NOBODY: list[str] = []


def _nobodys_hash() -> str:
    if not _NOBODY:
        _NOBODY.append(password_hash.make_hash("nobody"))
    return _NOBODY[0]
