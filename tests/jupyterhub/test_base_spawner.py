"""What both spawners have in common."""

import os
import socket
import sys

import pytest
from jupyterhub.spawner import SpawnException

from remoteappmanager import naming
from remoteappmanager.jupyterhub import base_spawner
from remoteappmanager.jupyterhub.base_spawner import RemoteAppSpawner

#: What users may POST to the Hub; in the original the first of them was a shell as root.
ATTACKS = [
    {"cmd": ["/bin/sh", "-c", "id"]},
    {"cmd": "/bin/sh"},
    {"session": "admin", "cmd": ["/bin/sh"]},
    {"args": ["--config=/tmp/evil.py"]},
    {"environment": {"LD_PRELOAD": "/tmp/evil.so"}},
    {"env": {"PATH": "/tmp"}, "env_keep": ["CONFIGPROXY_AUTH_TOKEN"]},
    {"commands": {"user": ["/bin/sh"]}},
    {"shell_cmd": ["sh", "-c"], "popen_kwargs": {"shell": True}},
    {"config_file_path": "/tmp/evil.py", "workspace_dir": "/", "notebook_dir": "/"},
    {"session": "user", "ip": "0.0.0.0", "port": 80},
]


async def apply(spawner: RemoteAppSpawner, options) -> None:
    """What the Hub does with the options of every start."""
    spawner.orm_spawner.user_options = options
    spawner.user_options = options
    await spawner._run_apply_user_options(options)


def traits(spawner: RemoteAppSpawner) -> dict:
    names = [
        "args",
        "environment",
        "env_keep",
        "commands",
        "shell_cmd",
        "popen_kwargs",
        "config_file_path",
        "workspace_dir",
        "notebook_dir",
        "ip",
        "port",
        "gate_url",
    ]
    return {name: getattr(spawner, name) for name in names}


@pytest.mark.parametrize("options", ATTACKS, ids=repr)
@pytest.mark.parametrize("admin", [False, True])
async def test_options_choose_a_word_and_nothing_else(make_spawner, options, admin) -> None:
    """No option of a start, whoever sends it, reaches the command line or the environment."""
    spawner = make_spawner(admin=admin)
    before = traits(spawner)
    await apply(spawner, options)
    assert traits(spawner) == before
    kind = options.get("session", "admin") if admin else "user"
    assert spawner.cmd == [base_spawner.program(naming.COMMANDS[kind])]
    assert spawner.get_args() == []
    assert spawner.orm_spawner.user_options == {"session": kind}


async def test_a_non_admin_who_asks_for_admin_gets_a_user_session(make_spawner, caplog) -> None:
    """The choice is coerced with a log line, and not refused: a refusal is remembered."""
    spawner = make_spawner("mallory")
    await apply(spawner, {"session": "admin"})
    assert spawner.session == "user"
    assert os.path.basename(spawner.cmd[0]) == "remoteappmanager"
    assert spawner.orm_spawner.user_options == {"session": "user"}
    assert "mallory asked for an admin session" in caplog.text


async def test_a_demoted_admin_is_not_locked_out(make_spawner) -> None:
    """The stored choice of somebody who is no admin any more starts their user process."""
    spawner = make_spawner(admin=True)
    await apply(spawner, {"session": "admin"})
    assert spawner.session == "admin"
    spawner.user.admin = False
    await apply(spawner, dict(spawner.orm_spawner.user_options))
    assert spawner.session == "user"


async def test_a_malformed_choice_is_refused_once(make_spawner) -> None:
    """A session that is no word is a 400 in words, and is not remembered for the next start."""
    spawner = make_spawner()
    with pytest.raises(SpawnException, match="'session' must be") as refusal:
        await apply(spawner, {"session": "rm -rf /"})
    assert refusal.value.status_code == 400
    assert spawner.orm_spawner.user_options == {}
    await apply(spawner, spawner.orm_spawner.user_options)
    assert spawner.session == "user"


async def test_the_form_is_for_admins_alone(make_spawner) -> None:
    """Admins see a form, with their last choice marked; others start at once."""
    assert await make_spawner("bob").get_options_form() == ""
    spawner = make_spawner("root", admin=True)
    assert 'value="admin"' in await spawner.get_options_form()
    await apply(spawner, {"session": "user"})
    form = await spawner.get_options_form()
    assert form[: form.index(" checked")].rpartition('value="')[2].startswith("user")


def test_forms_and_queries_are_read_alike(make_spawner) -> None:
    """A query and a form give the same options."""
    spawner = make_spawner(admin=True)
    sent = {"session": ["admin"], "cmd": ["sh"]}
    assert spawner.options_from_query(sent) == {"session": ["admin"]}
    assert spawner.run_options_from_form(sent) == {"session": ["admin"]}


def test_the_environment_hands_over_what_the_process_needs(
    make_spawner, monkeypatch, tmp_path
) -> None:
    """The process is told of its configuration, the gate, the log-out page and Docker."""
    monkeypatch.setenv("DOCKER_HOST", "unix:///somewhere/docker.sock")
    monkeypatch.delenv("DOCKER_CERT_PATH", raising=False)
    spawner = make_spawner(
        config_file_path="some/config.py",
        gate_url="http://127.0.0.1:1/services/remoteappgate/",
        workspace_dir=str(tmp_path),
    )
    spawner.authenticator.login_service = "GitHub"
    env = spawner.get_env()
    assert env[naming.CONFIG_FILE_ENV] == os.path.abspath("some/config.py")
    assert env[naming.GATE_URL_ENV] == "http://127.0.0.1:1/services/remoteappgate/"
    assert env[naming.LOGIN_SERVICE_ENV] == "GitHub"
    assert env[naming.LOGOUT_URL_ENV] == "/hub/logout"
    assert env["DOCKER_HOST"] == "unix:///somewhere/docker.sock"
    assert "DOCKER_CERT_PATH" not in env
    assert env["JUPYTERHUB_API_TOKEN"] == "the-process-token"


def test_what_a_site_sets_itself_wins(make_spawner, tmp_path) -> None:
    """``c.Spawner.environment`` overrides what we would hand over."""
    spawner = make_spawner(
        environment={naming.LOGOUT_URL_ENV: "https://sso/logout"}, workspace_dir=str(tmp_path)
    )
    assert spawner.get_env()[naming.LOGOUT_URL_ENV] == "https://sso/logout"


def test_no_secret_of_the_gate_reaches_a_process(make_spawner, monkeypatch, tmp_path) -> None:
    """Neither the Hub's environment nor a mistake in the configuration hands on the token."""
    monkeypatch.setenv(naming.PROXY_API_TOKEN_ENV, "the-proxy-token")
    spawner = make_spawner(
        env_keep=["PATH", naming.PROXY_API_TOKEN_ENV],
        environment={naming.HINT_TOKEN_ENV: "the-hint-token"},
        workspace_dir=str(tmp_path),
    )
    assert not {"the-proxy-token", "the-hint-token"} & set(spawner.get_env().values())


async def test_the_process_is_waited_for(make_spawner, tmp_path) -> None:
    """A start ends when the process listens, and progress says in words what is going on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    listen = "import socket, sys; s = socket.create_server(('127.0.0.1', int(sys.argv[1]))); " + (
        "s.accept(); s.accept()"
    )
    spawner = make_spawner(
        commands={"user": [sys.executable, "-Ic", listen, str(port)], "admin": ["false"]},
        port=port,
        workspace_dir=str(tmp_path),
    )
    await apply(spawner, {})
    assert await spawner.start() == ("127.0.0.1", port)
    try:
        told = []
        async for event in spawner.progress():
            told.append(event)
            if event["message"] == "It answers":
                break
        assert [event["progress"] for event in told] == sorted(e["progress"] for e in told)
        assert "Preparing your home directory" in [event["message"] for event in told]
        assert spawner.get_state() == {"pid": spawner.pid, "session": "user"}
    finally:
        await spawner.stop(now=True)


async def test_a_process_that_ends_at_once_is_reported_at_once(make_spawner, tmp_path) -> None:
    """The user reads that it ended, the log has the command and its status."""
    spawner = make_spawner(commands={"user": ["false"]}, workspace_dir=str(tmp_path))
    await apply(spawner, {})
    with pytest.raises(SpawnException) as failure:
        await spawner.start()
    assert failure.value.message.startswith("Your process ended")
    assert failure.value.log_message == "false ended at once, with status 1"


async def test_a_program_that_is_missing_is_reported_in_words(make_spawner, tmp_path) -> None:
    """A command that cannot be run is no trace on the user's page."""
    spawner = make_spawner(commands={"user": ["/no/such/program"]}, workspace_dir=str(tmp_path))
    await apply(spawner, {})
    with pytest.raises(SpawnException) as failure:
        await spawner.start()
    assert failure.value.message.startswith("Your process could not be started")
    assert "/no/such/program" in failure.value.log_message


async def test_the_command_cannot_be_slipped_in_after_the_choice(make_spawner, tmp_path) -> None:
    """Whatever sets ``cmd`` after the options were applied, the word decides."""
    spawner = make_spawner(
        commands={"user": ["false"], "admin": ["true"]}, workspace_dir=str(tmp_path)
    )
    await apply(spawner, {"session": "user"})
    spawner.cmd = ["/bin/sh", "-c", "sleep 60"]
    with pytest.raises(SpawnException):
        await spawner.start()
    assert spawner.cmd == ["false"]


def test_the_kind_survives_a_restart_of_the_hub(make_spawner) -> None:
    """The state that the Hub keeps has the kind; a strange one is not believed."""
    spawner = make_spawner()
    spawner.load_state({"pid": 7, "session": "admin"})
    assert (spawner.pid, spawner.session) == (7, "admin")
    spawner.load_state({"pid": 7, "session": "/bin/sh"})
    assert spawner.session == "admin"
