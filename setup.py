"""Packaging. The run-time requirements live in requirements.txt alone."""

import pathlib
import re

from setuptools import find_packages, setup

HERE = pathlib.Path(__file__).parent
VERSION = re.search(
    r'__version__ = "([^"]+)"', (HERE / "remoteappmanager" / "version.py").read_text()
).group(1)
REQUIREMENTS = [
    line
    for line in (HERE / "requirements.txt").read_text().splitlines()
    if line and not line.startswith("#")
]

setup(
    name="remoteappmanager",
    version=VERSION,
    description="Run desktop and web applications, packed as Docker images, from a browser",
    long_description=(HERE / "README.rst").read_text(),
    license="BSD-3-Clause",
    python_requires=">=3.11",
    packages=find_packages(include=["remoteappmanager", "remoteappmanager.*"]),
    package_data={
        "remoteappmanager": [
            "templates/**/*",
            "static/**/*",
            "db/migrations/**/*",
            "jupyterhub/docker_config/*",
            "py.typed",
        ]
    },
    install_requires=REQUIREMENTS,
    extras_require={
        "github": ["oauthenticator>=17.3,<18"],
        "culler": ["jupyterhub-idle-culler>=2,<3"],
        "notebook": ["ipython>=8.20,<10", "ipykernel>=6.29,<8"],
    },
    entry_points={
        "console_scripts": [
            "remoteappmanager = remoteappmanager.cli.remoteappmanager.__main__:main",
            "remoteappadmin = remoteappmanager.cli.remoteappadmin.__main__:main",
            "remoteappgate = remoteappmanager.cli.remoteappgate.__main__:main",
            "remoteappdb = remoteappmanager.cli.remoteappdb.__main__:main",
            "remoteapprest = remoteappmanager.cli.remoteapprest.__main__:main",
        ]
    },
)
