# Configuration of the per-user processes and of the gate, for a first run: plain assignments,
# the same for everybody. It is Python, and may import what helps. The reference manual lists all
# names; unknown ones are refused at start.

import os

# Separates several deployments on one Docker Engine.
docker_realm = "remoteexec"

# The accounting: who may run what. A relative path counts from the Hub's working directory; with
# system users give it in full, or use PostgreSQL:
#   {"url": "postgresql+psycopg://USER@HOST/DATABASE"}
database_class = "remoteappmanager.db.orm.ORMDatabase"
database_kwargs = {"url": "sqlite:///remoteappmanager.db"}

# Seconds for one start of an application.
network_timeout = 30

# An application that gets somebody's home must run as the user whom that home belongs to: the
# system user, or the ordinary user that runs the Hub. As root, homes belong to uid 1000, which is
# what the demo images run as by themselves.
container_security = {"user": f"{os.getuid()}:{os.getgid()}"} if os.getuid() else {}
