"""An administrator changes between the two kinds of session, on a real Hub."""

import pathlib
import re
import time

from tests.integration.deployment import ADMIN, Deployment, eventually
from tests.integration.test_hub import program_of


def test_there_and_back(deployment: Deployment) -> None:
    """Without logging out: the one process ends, the other is there, and the login holds."""
    visitor = deployment.login(ADMIN)
    visitor.get("/hub/spawn/" + ADMIN, params={"opt-session": "admin"})
    try:
        for before, after, words in (
            ("remoteappadmin", "remoteappmanager", 'data-session="user"'),
            ("remoteappmanager", "remoteappadmin", 'data-session="admin"'),
        ):
            eventually(lambda: visitor.get(visitor.home).status_code == 200)
            assert program_of(deployment, ADMIN) == before
            pid = deployment.process(ADMIN)
            page = visitor.get(f"{visitor.home}switch").text
            token = re.search(r'name="_xsrf" value="([^"]+)"', page).group(1)  # type: ignore[union-attr]
            answer = visitor.post(f"{visitor.home}switch", data={"_xsrf": token})
            assert answer.status_code == 200
            target = answer.headers["Refresh"].partition("url=")[2]
            # The page that came back looks for the other process after three seconds.
            time.sleep(3)
            assert not pathlib.Path(f"/proc/{pid}").exists()
            visitor.get(target)
            found = eventually(
                lambda words=words: words in visitor.get(visitor.home).text, 30, "the other page"
            )
            assert found
            assert program_of(deployment, ADMIN) == after
    finally:
        deployment.stop_server(ADMIN)
