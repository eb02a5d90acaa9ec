"""Documented helpers for scripts that use sessions and models themselves."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from sqlalchemy.orm import Session

from remoteappmanager.db.orm_engine import Database
from remoteappmanager.db.orm_models import Application, User
from remoteappmanager.db.orm_queries import GRANTS, accounting_from_row
from remoteappmanager.db.values import PlainAccounting


@contextlib.contextmanager
def transaction(session: Session) -> Iterator[Session]:
    """Commit what happens in the block, or undo all of it when it raises."""
    try:
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise


@contextlib.contextmanager
def detached_session(db: Database) -> Iterator[Session]:
    """A session whose objects are cut loose at its end, and stay usable."""
    with db.create_session() as session:
        yield session
        session.expunge_all()


def accounting_for_user(session: Session, user: User | None) -> list[PlainAccounting]:
    """The user's grants; ``[]`` for None.

    The original's 1.x releases called it ``apps_for_user``.
    """
    if user is None:
        return []
    rows = session.execute(GRANTS.where(User.id == user.id).order_by(Application.image))
    return [accounting_from_row(row) for row in rows]
