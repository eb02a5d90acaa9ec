"""What both spawners have in common: which program, with what environment."""

import asyncio
import os
import pathlib
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from typing import Any

from jupyterhub.spawner import LocalProcessSpawner, SpawnException
from traitlets import Dict, Unicode, default

from remoteappmanager import naming
from remoteappmanager.jupyterhub import session_kind

#: Never in a per-user process, however a site came to list them (spec: security).
_SECRETS = (naming.PROXY_API_TOKEN_ENV, naming.HINT_TOKEN_ENV)


def program(name: str) -> str:
    """The path of one of our console scripts: beside this interpreter, else from ``PATH``."""
    beside = pathlib.Path(sys.executable).parent / name
    return str(beside) if beside.exists() else shutil.which(name) or name


def scopes_of_process(spawner: Any) -> list[str]:
    """What the token of a per-user process may do: what JupyterHub gives it by itself.

    An administrator's may also stop its own server: this is how they change
    between the two kinds of session.
    """
    scopes = ["users:activity!user", "access:servers!server"]
    return [*scopes, "delete:servers!server"] if spawner.user.admin else scopes


class StartFailed(SpawnException):
    """A start that cannot be; ``message`` is for the user, ``log_message`` for the administrator.

    The Hub's own class shows the second to the user while they wait, and
    nothing at all on the page that follows.
    """

    def __init__(self, message: str, **kwargs: Any) -> None:
        super().__init__(message, **kwargs)
        self.jupyterhub_message = message


class RemoteAppSpawner(LocalProcessSpawner):
    """Starts ``remoteappmanager`` or ``remoteappadmin`` as a local process.

    Base of :class:`SystemUserSpawner` and :class:`VirtualUserSpawner`.
    """

    config_file_path = Unicode(
        help="The configuration file of the per-user processes; a path that they can read."
    ).tag(config=True)

    gate_url = Unicode(help="Where per-user processes reach the gate. Set by gate_service(c).").tag(
        config=True
    )

    commands = Dict(
        help="Session kind ('user', 'admin') -> command, for sites that wrap the programs."
    ).tag(config=True)

    session = Unicode(
        naming.USER_SESSION, help="The kind of the process: 'user' or 'admin'. Not configurable."
    )

    @default("server_token_scopes")
    def _default_server_token_scopes(self) -> Any:
        return scopes_of_process

    @default("commands")
    def _default_commands(self) -> dict[str, list[str]]:
        return {kind: [program(name)] for kind, name in naming.COMMANDS.items()}

    @default("cmd")
    def _default_cmd(self) -> list[str]:
        return list(self.commands[naming.USER_SESSION])

    # --- the choice between the two processes --------------------------------

    @default("options_form")
    def _default_options_form(self) -> Any:
        return type(self).form_for_admins

    def form_for_admins(self) -> str:
        """The form on the spawn page; empty, and so no page at all, for everybody else."""
        if not self.user.admin:
            return ""
        try:
            last = session_kind.requested_kind(self.orm_spawner.user_options or {})
        except ValueError:
            last = None
        return session_kind.options_form(session_kind.granted_kind(last, is_admin=True))

    @default("options_from_form")
    def _default_options_from_form(self) -> Any:
        return session_kind.known_options

    @default("apply_user_options")
    def _default_apply_user_options(self) -> Any:
        return type(self).choose_session

    def choose_session(self, options: Mapping[str, Any]) -> None:
        """Set ``session`` and ``cmd`` from the options of a start.

        The Hub calls this on every start, wherever the options come from, and
        has stored them before: so what is stored is put right here too.
        Raises ``StartFailed`` for a ``session`` that is none of the words.
        """
        try:
            requested = session_kind.requested_kind(options)
        except ValueError as exc:
            self._store_options({})
            raise StartFailed(str(exc), reason="invalid-session") from exc
        kind = session_kind.granted_kind(requested, is_admin=bool(self.user.admin))
        ignored = sorted(set(options) - {session_kind.SESSION_OPTION})
        if ignored:
            self.log.warning("Ignored options of %s: %s", self._log_name, ", ".join(ignored)[:200])
        if requested == naming.ADMIN_SESSION and kind != requested:
            self.log.warning(
                "%s asked for an admin session without being an admin: starting a user session",
                self.user.name,
            )
        if options:
            self._store_options({session_kind.SESSION_OPTION: kind})
        self.session = kind
        self.cmd = list(self.commands[kind])

    def _store_options(self, options: dict[str, str]) -> None:
        self.user_options = options
        self.orm_spawner.user_options = options
        self.user.db.commit()

    # --- the process -----------------------------------------------------------

    def get_env(self) -> dict[str, str]:
        """The whole environment of the process. What a site sets itself wins."""
        env: dict[str, str] = super().get_env()
        handed = {
            naming.CONFIG_FILE_ENV: os.path.abspath(self.config_file_path)
            if self.config_file_path
            else "",
            naming.GATE_URL_ENV: self.gate_url,
            naming.LOGIN_SERVICE_ENV: self.authenticator.login_service,
            naming.LOGOUT_URL_ENV: self.authenticator.logout_url(self.hub.base_url),
            # Python packages in a home are not part of the installation.
            "PYTHONNOUSERSITE": "1",
        }
        handed.update({name: os.environ.get(name, "") for name in naming.DOCKER_ENV})
        for name, value in handed.items():
            if value:
                env.setdefault(name, value)
        for name in _SECRETS:
            if env.pop(name, None) is not None:
                self.log.error("%s must not reach a per-user process: dropped", name)
        return env

    async def start(self) -> Any:
        """Start the process; where it listens, as (ip, port).

        Raises ``StartFailed``, in words for the user, when it cannot be.
        """
        # Set again here: whatever else touched `cmd` since the choice, the
        # word decides and nothing else.
        self.cmd = list(self.commands[self.session])
        self._say(20, "Preparing your home directory")
        self.prepare_home()
        self._say(
            40,
            "Starting the administration"
            if self.session == naming.ADMIN_SESSION
            else "Starting your applications page",
        )
        try:
            address = await super().start()
        except (OSError, subprocess.SubprocessError) as exc:
            raise StartFailed(
                "Your process could not be started; the administrator finds the reason in "
                "JupyterHub's log.",
                reason="process-not-started",
                log_message=f"{' '.join(self.cmd)} as {self.user.name}: {exc}",
                status_code=500,
            ) from exc
        self._say(70, "Waiting until it answers")
        await self._listening(*address)
        self._say(90, "It answers")
        return address

    async def _listening(self, ip: str, port: int) -> None:
        """Return when the process listens; raise ``StartFailed`` when it ends before.

        The Hub would wait half a minute for a process that is gone. How long
        at most is its own matter (``start_timeout``).
        """
        while (status := await self.poll()) is None:
            try:
                _, writer = await asyncio.open_connection(ip, port)
            except OSError:
                await asyncio.sleep(0.05)
                continue
            writer.close()
            return
        raise StartFailed(
            "Your process ended as soon as it was started; the administrator finds the reason "
            "in JupyterHub's log.",
            reason="process-ended",
            log_message=f"{' '.join(self.cmd)} ended at once, with status {status}",
            status_code=500,
        )

    def prepare_home(self) -> None:
        """Make what the process needs before it starts. Raises ``StartFailed``."""

    # --- progress --------------------------------------------------------------

    def _say(self, percent: int, message: str) -> None:
        self.log.debug("%s: %s", self._log_name, message)
        self._steps().append({"progress": percent, "message": message})

    def _steps(self) -> list[dict[str, Any]]:
        steps: list[dict[str, Any]] = self.__dict__.setdefault("_said", [])
        return steps

    async def progress(self) -> AsyncIterator[dict[str, Any]]:
        """What is being done, in words; the Hub ends the iteration when the start ends."""
        told = 0
        while True:
            steps = self._steps()
            for step in steps[told:]:
                yield step
            told = len(steps)
            await asyncio.sleep(0.2)

    # --- across restarts of the Hub ----------------------------------------------

    def get_state(self) -> dict[str, Any]:
        """What the Hub keeps about a running process, with its kind."""
        state: dict[str, Any] = super().get_state()
        if self.pid:
            state["session"] = self.session
        return state

    def load_state(self, state: dict[str, Any]) -> None:
        """Take up a process that runs since before the Hub was restarted."""
        super().load_state(state)
        if state.get("session") in session_kind.KINDS:
            self.session = state["session"]

    def clear_state(self) -> None:
        """Forget the process, and what was said of its start."""
        super().clear_state()
        self._steps().clear()
