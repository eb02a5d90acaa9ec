"""The person whose process this is."""

from traitlets import Any, HasTraits, Unicode


class User(HasTraits):
    """The owner of a per-user process.

    ``name`` is the login name at the Hub, ``login_service`` the name of what
    logged them in (may be empty), ``account`` their row in the accounting
    (None while the database does not know them).
    """

    name = Unicode()
    login_service = Unicode()
    account = Any(None, allow_none=True)
