"""GitHub says who somebody is; a file says who may come in."""

import asyncio
from typing import Any

from oauthenticator.github import GitHubOAuthenticator
from traitlets import Unicode, validate

from remoteappmanager.jupyterhub.auth.whitelist import Whitelist, WhitelistError


class GitHubWhitelistAuthenticator(GitHubOAuthenticator):
    """Log in with GitHub, if your name there stands in ``whitelist_file``.

    The file is read again when it changes. Where it is missing, empty or
    broken, nobody is let in. The file alone decides: oauthenticator's own
    ways to allow somebody (``allow_all``, ``allowed_users``, organizations,
    ``admin_users``) let nobody in who is not in the file; ``blocked_users``
    still locks out.
    """

    whitelist_file = Unicode(
        help="Path of the text file with one GitHub name a line; # starts a comment."
    ).tag(config=True, allow_config=True)

    _whitelist: Whitelist | None = None

    @validate("allow_all")
    def _validate_allow_all(self, proposal: Any) -> bool:
        # The Hub would not even ask `check_allowed`.
        if proposal.value:
            self.log.error("allow_all is ignored: whitelist_file decides who may log in")
        return False

    async def check_allowed(self, username: str, auth_model: dict[str, Any] | None) -> bool:
        """Whether the file names ``username``."""
        try:
            if not self.whitelist_file:
                raise WhitelistError("c.GitHubWhitelistAuthenticator.whitelist_file is not set")
            if self._whitelist is None:
                self._whitelist = Whitelist(self.whitelist_file, self.normalize_username)
            names = await asyncio.to_thread(self._whitelist.names)
        except WhitelistError as exc:
            self.log.error("Nobody can log in: %s", exc)
            return False
        return self.normalize_username(username) in names
