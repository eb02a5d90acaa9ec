"""The import paths of the documentation stay valid (design: house)."""

import importlib

import pytest

PUBLIC = {
    "remoteappmanager.application": ["Application"],
    "remoteappmanager.admin_application": ["AdminApplication"],
    "remoteappmanager.command_line_config": ["CommandLineConfig"],
    "remoteappmanager.file_config": ["FileConfig"],
    "remoteappmanager.environment_config": ["EnvironmentConfig"],
    "remoteappmanager.jinja2_adapters": [
        "Jinja2LoaderAdapter",
        "Jinja2TemplateAdapter",
        "gravatar_id",
    ],
    "remoteappmanager.netutils": ["wait_for_http_server_2xx"],
    "remoteappmanager.traitlets": ["UnicodeOrFalse", "set_traits_from_dict", "as_dict"],
    "remoteappmanager.user": ["User"],
    "remoteappmanager.utils": [
        "url_path_join",
        "with_end_slash",
        "without_end_slash",
        "parse_volume_string",
        "one",
        "remove_quotes",
        "mergedoc",
        "mergedocs",
        "deprecated",
    ],
    "remoteappmanager.exceptions": [
        "RemoteAppError",
        "NotFound",
        "Exists",
        "UnsupportedOperation",
        "InvalidRequest",
        "OperationInProgress",
        "MultipleResultsFound",
        "LaunchFailed",
        "ServiceUnavailable",
    ],
    "remoteappmanager.db.exceptions": ["NotFound", "Exists", "UnsupportedOperation"],
    "remoteappmanager.db.interfaces": [
        "ABCApplication",
        "ABCApplicationPolicy",
        "ABCAccounting",
        "ABCDatabase",
    ],
    "remoteappmanager.db.orm": [
        "ORMDatabase",
        "Database",
        "User",
        "Application",
        "ApplicationPolicy",
        "Accounting",
        "IdMixin",
        "transaction",
        "detached_session",
        "accounting_for_user",
    ],
    "remoteappmanager.db.csv_db": [
        "CSVDatabase",
        "CSVUser",
        "CSVApplication",
        "CSVApplicationPolicy",
        "CSVAccounting",
    ],
    "remoteappmanager.docker.async_docker_client": ["AsyncDockerClient"],
    "remoteappmanager.docker.container_manager": ["ContainerManager"],
    "remoteappmanager.docker.container": ["Container"],
    "remoteappmanager.docker.image": ["Image"],
    "remoteappmanager.docker.configurables": ["Resolution", "StartupData", "for_image"],
    "remoteappmanager.docker.docker_labels": ["SIMPHONY_NS", "SIMPHONY_NS_RUNINFO"],
    "remoteappmanager.jupyterhub.spawners": ["SystemUserSpawner", "VirtualUserSpawner"],
    "remoteappmanager.jupyterhub.auth": [
        "WorldAuthenticator",
        "BasicAuthenticator",
        "GitHubWhitelistAuthenticator",
    ],
    "remoteappmanager.jupyterhub": ["gate_service"],
    "remoteappmanager.services.hub": ["Hub"],
    "remoteappmanager.services.reverse_proxy": ["ReverseProxy"],
    "remoteappmanager.logging.logging_mixin": ["LoggingMixin"],
    "remoteappmanager.cli.remoteappmanager.__main__": ["main"],
    "remoteappmanager.cli.remoteappadmin.__main__": ["main"],
    "remoteappmanager.cli.remoteappgate.__main__": ["main"],
    "remoteappmanager.cli.remoteappdb.__main__": [
        "cli",
        "main",
        "sqlite_url_to_path",
        "normalise_to_url",
        "database",
        "print_error",
        "get_docker_client",
        "is_sqlitedb_url",
        "sqlitedb_present",
        "RemoteAppDBContext",
    ],
    "remoteappmanager.cli.remoteapprest.__main__": [
        "cli",
        "main",
        "Credentials",
        "RemoteAppRestContext",
    ],
}


@pytest.mark.parametrize(
    ("module", "name"), [(module, name) for module, names in PUBLIC.items() for name in names]
)
def test_a_public_name_is_importable(module: str, name: str) -> None:
    """Every documented import path leads to something."""
    assert hasattr(importlib.import_module(module), name)
