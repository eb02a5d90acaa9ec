"""What JupyterHub loads: spawners, authenticators, and one line that adds the gate.

A site's ``jupyterhub_config.py`` says::

    from remoteappmanager.jupyterhub import gate_service

    c.JupyterHub.spawner_class = "remoteappmanager.jupyterhub.spawners.VirtualUserSpawner"
    gate_service(c, config_file_path="/etc/remoteappmanager/config.py")
"""

from remoteappmanager.jupyterhub.gate_service import gate_service

__all__ = ["gate_service"]
