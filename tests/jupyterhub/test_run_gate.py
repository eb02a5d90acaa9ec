"""The little process that keeps the gate running."""

import os
import pathlib
import subprocess
import sys

import pytest

from remoteappmanager.jupyterhub import run_gate, secret_file


@pytest.fixture
def secrets_path(tmp_path):
    secret_file.pinned(tmp_path / "gate.env", {}, {"THE_TOKEN": "from-the-file"})
    return tmp_path / "gate.env"


def keep(path, code: str) -> subprocess.Popen:
    """The keeper of a gate that runs ``code``, as the Hub starts it."""
    command = [sys.executable, "-m", run_gate.__name__, str(path), sys.executable, "-Ic", code]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_the_gate_gets_the_secrets_by_environment(secrets_path) -> None:
    """What stands in the file reaches the gate, in its environment and not in an argument."""
    code = (
        "import os, sys, time\n"
        "print(os.environ['THE_TOKEN'], 'from-the-file' in sys.orig_argv, flush=True)\n"
        "time.sleep(60)\n"
    )
    keeper = keep(secrets_path, code)
    assert keeper.stdout is not None
    assert keeper.stdout.readline() == "from-the-file False\n"
    keeper.terminate()
    assert keeper.wait(10) == 0
    keeper.stdout.close()


def test_a_gate_that_ends_is_started_again(tmp_path, monkeypatch, capsys) -> None:
    """It is started again at once, and given up when it never starts well."""
    monkeypatch.setattr(run_gate, "_FIRST_PAUSE", 0.0)
    out = tmp_path / "out"
    code = f"import sys; open({str(out)!r}, 'a').write('x'); sys.exit(3)"
    keeper = run_gate.Keeper([sys.executable, "-Ic", code], dict(os.environ))
    assert keeper.run() == 3
    assert out.read_text() == "x" * 5
    assert capsys.readouterr().err.count("ended with status 3") == 4


def test_a_misconfigured_gate_is_not_tried_again(capsys) -> None:
    """The gate has said in one line what is wrong; it is not said five times."""
    keeper = run_gate.Keeper([sys.executable, "-Ic", "import sys; sys.exit(2)"], {})
    assert keeper.run() == 2
    assert capsys.readouterr().err.count("remoteappgate") == 1


def test_a_file_that_others_may_read_is_not_used(secrets_path, capsys) -> None:
    """One readable line, and no gate."""
    secrets_path.chmod(0o644)
    assert run_gate.main([str(secrets_path), "true"]) == 1
    assert "chmod 600" in capsys.readouterr().err


def test_it_ends_the_gate_when_it_is_told_to_end(secrets_path) -> None:
    """SIGTERM reaches the gate, and nothing is started again."""
    code = (
        "import os, signal, sys, time\n"
        "signal.signal(signal.SIGTERM, lambda *_: (os.write(1, b'bye\\n'), sys.exit(0)))\n"
        "os.write(1, b'up\\n')\n"
        "time.sleep(60)\n"
    )
    keeper = keep(secrets_path, code)
    assert keeper.stdout is not None
    assert keeper.stdout.readline() == "up\n"
    keeper.terminate()
    assert keeper.stdout.read() == "bye\n"
    assert keeper.wait(10) == 0


def test_it_ends_with_the_hub(secrets_path) -> None:
    """Killed with -9, the Hub leaves no gate behind that holds the port."""
    gate = "print(__import__('os').getpid(), flush=True); __import__('time').sleep(60)"
    keeper = [
        sys.executable,
        "-m",
        run_gate.__name__,
        str(secrets_path),
        sys.executable,
        "-c",
        gate,
    ]
    hub = subprocess.Popen(
        [sys.executable, "-c", f"import subprocess; subprocess.run({keeper!r})"],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert hub.stdout is not None
    pid = int(hub.stdout.readline())
    hub.kill()
    hub.wait(10)
    # The pipe is closed when the last of the three is gone.
    assert hub.stdout.read() == ""
    command = pathlib.Path(f"/proc/{pid}/cmdline")
    assert not command.exists() or not command.read_bytes(), "only a zombie may be left"
