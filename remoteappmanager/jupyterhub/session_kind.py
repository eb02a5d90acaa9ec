"""Which of the two per-user processes a start is for: pure rules, no Hub.

A start's options come from anywhere: the form, the query of a link, the body
of a REST request, or the Hub's database, where the options of the last start
are kept. None of these is trusted. The choice is one of two words, and only a
table in the code turns a word into a program.
"""

from collections.abc import Mapping
from typing import Any

from remoteappmanager.naming import ADMIN_SESSION, USER_SESSION

#: The only option that is read; everything else is ignored.
SESSION_OPTION = "session"
KINDS = (ADMIN_SESSION, USER_SESSION)


def requested_kind(options: Mapping[str, Any]) -> str | None:
    """The kind that ``options`` ask for; None when they ask for none.

    A list of one word is read as the word: this is how HTML forms and queries
    arrive. Raises ``ValueError`` for anything but the two words.
    """
    value = options.get(SESSION_OPTION)
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if value is None:
        return None
    if not isinstance(value, str) or value not in KINDS:
        raise ValueError(f"'{SESSION_OPTION}' must be '{USER_SESSION}' or '{ADMIN_SESSION}'")
    return value


def granted_kind(requested: str | None, *, is_admin: bool) -> str:
    """The kind that is started.

    Who is no admin gets the user process, whatever they asked for: a refusal
    would lock out a demoted admin, whose last choice the Hub remembers. An
    admin who chooses nothing gets the admin process.
    """
    if not is_admin:
        return USER_SESSION
    return requested or ADMIN_SESSION


def known_options(options: Mapping[str, Any]) -> dict[str, Any]:
    """``options`` of a form or query, reduced to the one that is read."""
    value = options.get(SESSION_OPTION)
    return {} if value in (None, [], [""], "") else {SESSION_OPTION: value}


def options_form(selected: str) -> str:
    """The choice on the spawn page (Bootstrap 5), with ``selected`` marked."""
    labels = {
        ADMIN_SESSION: ("Administration", "Users, applications, grants and running containers."),
        USER_SESSION: ("Applications", "The applications that are granted to you."),
    }
    rows = [
        f"""<div class="form-check mb-2">
  <input class="form-check-input" type="radio" name="{SESSION_OPTION}" value="{kind}"
         id="session-{kind}"{" checked" if kind == selected else ""}>
  <label class="form-check-label" for="session-{kind}"><strong>{label}</strong><br>
    <span class="text-body-secondary">{explanation}</span></label>
</div>"""
        for kind, (label, explanation) in labels.items()
    ]
    legend = '<legend class="form-label fs-5">What do you want to do?</legend>'
    return f"<fieldset>{legend}\n" + "\n".join(rows) + "\n</fieldset>"
