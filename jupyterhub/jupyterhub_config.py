# A JupyterHub to try remoteappmanager with. It listens on 127.0.0.1 only.
# The administrators' manual has the changes for a real site: other logins, system users,
# PostgreSQL, a web server in front.
#
# Environment variables, each with its default, for several runs side by side:
#   REMOTEAPP_RUN_DIR         .      where everything that is written lies
#   REMOTEAPP_PORT            8000   the address for browsers, http://127.0.0.1:PORT
#   REMOTEAPP_BASE_URL        /      where the site begins, below that address
#   REMOTEAPP_HUB_PORT        8081   the Hub's own port
#   REMOTEAPP_PROXY_API_PORT  8001   the proxy's API
#   REMOTEAPP_CONFIG_FILE     remoteappmanager_config.py beside this file

import json
import os
import pathlib
import secrets

from remoteappmanager.jupyterhub import gate_service
from remoteappmanager.jupyterhub.auth.hash import make_hash

here = pathlib.Path(__file__).resolve().parent
run_dir = pathlib.Path(os.environ.get("REMOTEAPP_RUN_DIR", ".")).resolve()
run_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
os.chdir(run_dir)

c = get_config()  # noqa: F821 - JupyterHub gives it


def port(name, default):
    return int(os.environ.get(name, default))


# --- addresses: everything on the loopback interface -------------------------------------

base_url = os.environ.get("REMOTEAPP_BASE_URL", "/")
c.JupyterHub.bind_url = f"http://127.0.0.1:{port('REMOTEAPP_PORT', 8000)}{base_url}"
c.JupyterHub.hub_bind_url = f"http://127.0.0.1:{port('REMOTEAPP_HUB_PORT', 8081)}"
c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{port('REMOTEAPP_PROXY_API_PORT', 8001)}"
local_proxy = here / "node_modules" / ".bin" / "configurable-http-proxy"
if local_proxy.exists():
    c.ConfigurableHTTPProxy.command = [str(local_proxy)]
c.ConfigurableHTTPProxy.log_level = "warn"

# --- what the Hub keeps: in the run directory, for its user alone ---------------------------

os.umask(0o077)
c.JupyterHub.db_url = f"sqlite:///{run_dir / 'jupyterhub.sqlite'}"
c.JupyterHub.cookie_secret_file = str(run_dir / "jupyterhub_cookie_secret")
c.ConfigurableHTTPProxy.pid_file = str(run_dir / "jupyterhub-proxy.pid")

# --- who may log in -------------------------------------------------------------------------

# For a first look: two users and an administrator, whose passwords are made at the first
# run and kept in demo_logins.json. For a real site, see the manual.
logins_file = run_dir / "demo_logins.json"
if not logins_file.exists():
    logins = {name: secrets.token_urlsafe(9) for name in ("alice", "bob", "admin")}
    logins_file.touch(mode=0o600)
    logins_file.write_text(json.dumps(logins, indent=2) + "\n")
logins = json.loads(logins_file.read_text())
c.JupyterHub.authenticator_class = (
    "remoteappmanager.jupyterhub.auth.basic_authenticator.BasicAuthenticator"
)
c.BasicAuthenticator.admin_data = {"admin": make_hash(logins.pop("admin"))}
c.BasicAuthenticator.user_data = {name: make_hash(word) for name, word in logins.items()}

# --- their processes ------------------------------------------------------------------------

c.JupyterHub.spawner_class = "remoteappmanager.jupyterhub.spawners.VirtualUserSpawner"
c.VirtualUserSpawner.workspace_dir = str(run_dir / "workspace")
c.VirtualUserSpawner.start_timeout = 60

# --- safety ---------------------------------------------------------------------------------

c.JupyterHub.oauth_require_pkce = True
c.JupyterHub.cookie_max_age_days = 7
c.JupyterHub.token_expires_in_max_seconds = 90 * 24 * 3600
# On a real site, a restart of the Hub should leave the users' processes alone. For a first look
# it is tidier when everything ends together.
c.JupyterHub.cleanup_servers = True

# --- the gate before the containers: last, because it reads what stands above ----------------

gate_service(
    c,
    config_file_path=os.environ.get(
        "REMOTEAPP_CONFIG_FILE", str(here / "remoteappmanager_config.py")
    ),
    state_dir=run_dir,
)
