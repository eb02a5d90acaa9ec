"""The four tables, with the names the original gave them.

A database made by a 2.x release has these tables and no table of versions; it
opens as it is. Changing anything here needs a migration beside it
(``remoteappmanager/db/migrations``); a test compares the two.

The models have no relationships: everything that is asked of the database is
asked in plain sight, and nothing can be loaded behind the caller's back.
"""

from __future__ import annotations

import uuid
from typing import Self

from sqlalchemy import (
    Boolean,
    ForeignKey,
    MetaData,
    String,
    Unicode,
    UniqueConstraint,
    false,
    select,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from remoteappmanager.db.exceptions import NotFound


class Base(DeclarativeBase):
    """The root of the models. Constraints have names, so that migrations can speak of them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_name)s",
            "uq": "uq_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class IdMixin:
    """A table with a number as its key."""

    id: Mapped[int] = mapped_column(primary_key=True, sort_order=-1)

    @classmethod
    def from_id(cls, session: Session, id: int) -> Self:
        """The row with that id. Raises ``NotFound``."""
        found = session.get(cls, id)
        if found is None:
            raise NotFound(f"There is no {cls.__name__.lower()} with the id {id}.")
        return found


class User(IdMixin, Base):
    """A person, by their login name."""

    __tablename__ = "user"
    # Without it SQLite gives the number of a removed user to the next one,
    # and a stale page of the admin panel would then act on the wrong person.
    __table_args__ = {"sqlite_autoincrement": True}

    name: Mapped[str] = mapped_column(Unicode, index=True, unique=True)


class Application(IdMixin, Base):
    """An image that may be granted."""

    __tablename__ = "application"
    __table_args__ = {"sqlite_autoincrement": True}

    image: Mapped[str] = mapped_column(Unicode, index=True, unique=True)

    @classmethod
    def from_image_name(cls, session: Session, image_name: str) -> Self:
        """The application of that image. Raises ``NotFound``."""
        found = session.scalar(select(cls).where(cls.image == image_name))
        if found is None:
            raise NotFound(f"There is no application with the image {image_name!r}.")
        return found


class ApplicationPolicy(IdMixin, Base):
    """How an application may run. Grants with equal policies share one row."""

    __tablename__ = "application_policy"

    app_license: Mapped[str | None] = mapped_column(Unicode)
    allow_home: Mapped[bool] = mapped_column(Boolean)
    allow_view: Mapped[bool] = mapped_column(Boolean)
    allow_common: Mapped[bool] = mapped_column(Boolean)
    volume_source: Mapped[str | None] = mapped_column(Unicode)
    volume_target: Mapped[str | None] = mapped_column(Unicode)
    volume_mode: Mapped[str | None] = mapped_column(Unicode)
    # The default is for the rows of a 1.x database, which has no such column.
    allow_startup_data: Mapped[bool] = mapped_column(Boolean, server_default=false())


class Accounting(Base):
    """One grant. Its id is the mapping id that containers carry as a label."""

    __tablename__ = "accounting"
    __table_args__ = (UniqueConstraint("user_id", "application_id", "application_policy_id"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=lambda: uuid.uuid4().hex)
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"))
    # Indexed, or removing an application or a policy reads the whole table.
    application_id: Mapped[int] = mapped_column(
        ForeignKey(Application.id, ondelete="CASCADE"), index=True
    )
    application_policy_id: Mapped[int] = mapped_column(
        ForeignKey(ApplicationPolicy.id, ondelete="CASCADE"), index=True
    )
