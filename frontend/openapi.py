"""Print the OpenAPI document of the user's (``user``) or administrator's (``admin``) process.

No server runs for it: ``python frontend/openapi.py user``.
"""

import json
import sys

from remoteappmanager.admin_application import AdminApplication
from remoteappmanager.application import Application
from remoteappmanager.webapi.openapi import describe, resources_of

PROCESSES = {"user": Application, "admin": AdminApplication}

if __name__ == "__main__":
    print(json.dumps(describe(resources_of(PROCESSES[sys.argv[1]].api_routes), "/"), indent=2))
