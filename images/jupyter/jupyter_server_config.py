# ruff: noqa: F821 - Jupyter gives c
"""JupyterLab behind a gate that has checked already who is asking."""

import os

c.ServerApp.ip = "0.0.0.0"  # noqa: S104 - inside the container
c.ServerApp.port = 8888
c.ServerApp.port_retries = 0
c.ServerApp.open_browser = False
c.ServerApp.root_dir = os.environ["FILES"]

c.ServerApp.base_url = "{}/containers/{}/".format(
    os.environ.get("JPY_BASE_USER_URL", ""), os.environ.get("URL_ID", "")
)

# Only the gate reaches this port, and it lets in only who may. A second login
# here would ask people for a secret that they do not have.
c.IdentityProvider.token = ""
c.PasswordIdentityProvider.hashed_password = ""
# The Host header is the public one, the connection comes from the gate.
c.ServerApp.allow_remote_access = True
# The page is shown in a frame of the home page, which has the same origin.
c.ServerApp.tornado_settings = {"headers": {"Content-Security-Policy": "frame-ancestors 'self'"}}
# overrides.json turns the news off as well: a container may have no way out.
c.LabApp.news_url = None
c.LabApp.check_for_updates_class = "jupyterlab.NeverCheckForUpdate"
c.ServerApp.terminado_settings = {"shell_command": ["/bin/bash"]}
