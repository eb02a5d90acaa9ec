"""A Hub user with a spawner, on the Hub's own models in memory, without a Hub."""

from collections.abc import Callable
from typing import Any

import pytest
from jupyterhub.auth import Authenticator
from jupyterhub.objects import Hub
from jupyterhub.user import User

from jupyterhub import orm
from remoteappmanager.jupyterhub.base_spawner import RemoteAppSpawner
from remoteappmanager.jupyterhub.spawners import VirtualUserSpawner


@pytest.fixture
def hub_db():
    """The Hub's database, empty, in memory."""
    session = orm.new_session_factory("sqlite:///:memory:")()
    yield session
    session.close()
    session.get_bind().dispose()


@pytest.fixture
def make_spawner(hub_db) -> Callable[..., RemoteAppSpawner]:
    """``make_spawner(name, admin=False, cls=VirtualUserSpawner, **traits)``."""

    def make(
        name: str = "alice",
        *,
        admin: bool = False,
        cls: type[RemoteAppSpawner] = VirtualUserSpawner,
        **traits: Any,
    ) -> RemoteAppSpawner:
        orm_user = orm.User(name=name, admin=admin)
        orm_spawner = orm.Spawner(name="", user=orm_user)
        hub_db.add_all([orm_user, orm_spawner])
        hub_db.commit()
        user = User(orm_user, {"base_url": "/", "spawner_class": cls}, db=hub_db)
        return cls(
            user=user,
            orm_spawner=orm_spawner,
            hub=Hub(base_url="/hub/"),
            authenticator=Authenticator(allow_all=True),
            api_token="the-process-token",
            oauth_client_id=f"jupyterhub-user-{name}",
            **traits,
        )

    return make
