#!/usr/bin/env bash
# Starts everything on http://127.0.0.1:8000, and ends it all on Ctrl-C. `make run` calls it.
# What it writes lies in .run (REMOTEAPP_RUN_DIR): remove that, and the next run is a first one.
# jupyterhub_config.py lists the environment variables with which several run side by side.
set -euo pipefail
cd "$(dirname "$0")/.."
run="$(realpath -m "${REMOTEAPP_RUN_DIR:-.run}")"
python="$PWD/.venv/bin/python"
bin="$PWD/.venv/bin"
port="${REMOTEAPP_PORT:-8000}"
export REMOTEAPP_RUN_DIR="$run"
export REMOTEAPP_CONFIG_FILE="${REMOTEAPP_CONFIG_FILE:-$PWD/jupyterhub/remoteappmanager_config.py}"
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

# One run in a directory: two would write the same databases. (The lock is not handed on.)
exec 9>"$run/lock"
if ! flock -n 9; then
    echo "It runs already from $run. For another one beside it:" >&2
    echo "    REMOTEAPP_RUN_DIR=.run2 REMOTEAPP_PORT=8010 make run" >&2
    echo "and REMOTEAPP_CONFIG_FILE with another docker_realm, or they share their containers." >&2
    exit 1
fi
# `free PORT`: whether nothing listens there.
free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
if ! free "$port"; then
    echo "Something listens on port $port already. Stop it, or choose another: REMOTEAPP_PORT=8010 make run" >&2
    exit 1
fi
# The two inner ports are nobody's business: where the usual ones are taken, others do.
read -r hub_port api_port < <("$python" - "$port" <<'PY'
import socket, sys
def unused(number):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", number if number != int(sys.argv[1]) else 0))
        except OSError:
            probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
print(unused(8081), unused(8001))
PY
)
export REMOTEAPP_HUB_PORT="${REMOTEAPP_HUB_PORT:-$hub_port}"
export REMOTEAPP_PROXY_API_PORT="${REMOTEAPP_PROXY_API_PORT:-$api_port}"
realm="$("$python" jupyterhub/clean_realm.py --name "$REMOTEAPP_CONFIG_FILE")"

trap end EXIT
# Ctrl-C is how a run is meant to end: no error.
trap 'exit 0' INT
trap 'exit 143' TERM

DOCKER_HOST="$(images/engine ensure 9>&-)"
export DOCKER_HOST
real=yes
case "$DOCKER_HOST" in "unix://$run/"*) real=no ;; esac

if [ "$real" = yes ]; then
    images/build tiny 9>&- ||
        echo "The tiny application could not be built; going on without it." >&2
fi

if [ ! -e "$run/remoteappmanager.db" ]; then
    echo "==> Making the accounting database"
    # Under another name until it is whole: Ctrl-C may come at any time.
    rm -f "$run/new.db"
    said="$("$bin/remoteappdb" "$run/new.db" init 2>&1 &&
        "$bin/remoteappdb" "$run/new.db" apply jupyterhub/demo_accounting.yaml 2>&1)" ||
        { echo "$said" >&2 && exit 1; }
    mv "$run/new.db" "$run/remoteappmanager.db"
fi

echo "==> Starting JupyterHub (log: $run/hub.log)"
# In a session of its own: Ctrl-C reaches this script first, which then ends things in order.
setsid "$bin/jupyterhub" -f "$PWD/jupyterhub/jupyterhub_config.py" \
    >"$run/hub.log" 2>&1 </dev/null 9>&- &
hub=$!
began=$SECONDS
hub_ended() {
    echo "JupyterHub $1; its last words (all of them: $run/hub.log):" >&2
    tail -n 20 "$run/hub.log" >&2
    exit 1
}
until "$python" -c 'import sys, urllib.request as r; r.build_opener(r.ProxyHandler({})).open(sys.argv[1], timeout=2)' \
    "http://127.0.0.1:$port/hub/health" 2>/dev/null; do
    kill -0 "$hub" 2>/dev/null || hub_ended "ended"
    [ "$SECONDS" -lt "$((began + 120))" ] || hub_ended "does not answer"
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
    setsid images/build jupyter desktop veusz 9>&- &
    builder=$!
    if wait "$builder"; then
        echo "==> All demo applications are there."
    else
        echo "Some demo applications could not be built; those that are there work." >&2
    fi
    builder=''
fi
wait "$hub" || hub_ended "ended"
