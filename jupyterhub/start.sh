#!/usr/bin/env bash
# Starts everything on http://127.0.0.1:8000, and ends it all on Ctrl-C. `make run` calls it.
# What it writes lies in .run (REMOTEAPP_RUN_DIR): remove that, and the next run is a first one.
set -euo pipefail
cd "$(dirname "$0")/.."
run="$(realpath -m "${REMOTEAPP_RUN_DIR:-.run}")"
python="$PWD/.venv/bin/python"
bin="$PWD/.venv/bin"
port="${REMOTEAPP_PORT:-8000}"
realm=remoteexec
export REMOTEAPP_RUN_DIR="$run"
# The Hub looks for node in PATH, for its proxy.
export PATH="$bin:$PATH:/usr/sbin:/sbin"
mkdir -p "$run"

hub='' builder=''
end() {
    trap '' INT TERM EXIT
    echo
    echo "==> Stopping"
    [ -z "$builder" ] || kill -- "-$builder" 2>/dev/null || true
    if [ -n "$hub" ]; then
        kill "$hub" 2>/dev/null || true
        wait "$hub" 2>/dev/null || true
    fi
    "$python" jupyterhub/clean_realm.py "$realm" ||
        echo "Containers of the realm $realm may be left: Docker does not answer." >&2
    images/engine stop
    echo "==> Nothing is left running."
}

if "$python" - "$port" <<'PY'
import socket, sys
with socket.socket() as probe:
    sys.exit(probe.connect_ex(("127.0.0.1", int(sys.argv[1]))))
PY
then
    echo "Something listens on port $port already. Stop it, or choose another: REMOTEAPP_PORT=8001 make run" >&2
    exit 1
fi

trap end EXIT
# Ctrl-C is how a run is meant to end: no error.
trap 'exit 0' INT
trap 'exit 143' TERM

DOCKER_HOST="$(images/engine ensure)"
export DOCKER_HOST
real=yes
case "$DOCKER_HOST" in "unix://$run/"*) real=no ;; esac

if [ "$real" = yes ]; then
    images/build tiny
fi

if [ ! -e "$run/remoteappmanager.db" ]; then
    echo "==> Making the accounting database"
    "$bin/remoteappdb" "$run/remoteappmanager.db" init
    "$bin/remoteappdb" "$run/remoteappmanager.db" apply jupyterhub/demo_accounting.yaml >/dev/null
fi

echo "==> Starting JupyterHub (log: $run/hub.log)"
# In a session of its own: Ctrl-C reaches this script first, which then ends things in order.
setsid "$bin/jupyterhub" -f "$PWD/jupyterhub/jupyterhub_config.py" \
    >"$run/hub.log" 2>&1 </dev/null &
hub=$!
for _ in $(seq 240); do
    "$python" -c 'import sys, urllib.request as r; r.build_opener(r.ProxyHandler({})).open(sys.argv[1], timeout=2)' \
        "http://127.0.0.1:$port/hub/health" 2>/dev/null && break
    if ! kill -0 "$hub" 2>/dev/null; then
        echo "JupyterHub ended; its last words:" >&2
        tail -n 20 "$run/hub.log" >&2
        hub=''
        exit 1
    fi
    sleep 0.25
done

echo
echo "    http://127.0.0.1:$port"
echo
"$python" - "$run/demo_logins.json" <<'PY'
import json, sys
for name, password in json.load(open(sys.argv[1])).items():
    kind = "administrator" if name == "admin" else "user"
    print(f"    {name:<8} {password:<16} {kind}")
PY
echo
echo "    Ctrl-C ends it."
echo

if [ "$real" = yes ]; then
    # In a process group of its own, so that it can be ended as a whole.
    setsid images/build jupyter desktop veusz &
    builder=$!
    if wait "$builder"; then
        echo "==> All demo applications are there."
    else
        echo "Some demo applications could not be built; those that are there work." >&2
    fi
    builder=''
fi
wait "$hub"
