"""Who sends a request, and what in it is theirs and not the container's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from remoteappmanager.gate import headers as heads
from remoteappmanager.gate.access import Who
from remoteappmanager.services.gate_hub import Credential, GateHub

#: Tokens in one address that are looked at; more are dropped unseen.
_TOKENS = 4


@dataclass
class Visitor:
    """What the Hub says of a request's sender.

    ``actor`` and ``credential`` are None for somebody who is not logged in.
    ``tokens`` are Hub tokens found in the address: not for the container.
    """

    actor: Who | None = None
    credential: Credential | None = None
    by_cookie: bool = False
    authorization_is_ours: bool = False
    tokens: set[str] = field(default_factory=set)


async def visitor(
    hub: GateHub,
    headers: Mapping[str, str],
    query: str,
    cookies: dict[str, str],
    *,
    upgrade: bool,
) -> Visitor:
    """Ask the Hub about each token that the request carries.

    A token in a header counts before the cookie, as scripts and browsers are
    told apart by it. A token in the address counts for WebSockets alone,
    because browsers cannot give them a header, but is never passed on.
    An application may have tokens of its own: those the Hub does not know,
    and they are passed on.

    Raises ``ServiceUnavailable`` when the Hub does not answer.
    """
    found = Visitor()
    token = heads.bearer(headers.get("authorization", ""))
    if token:
        actor = await hub.who(Credential(token))
        if actor is not None:
            found.actor, found.credential = actor, Credential(token)
            found.authorization_is_ours = True
    for number, argument in enumerate(heads.token_arguments(query)):
        actor = await hub.who(Credential(argument)) if number < _TOKENS else None
        if actor is not None or number >= _TOKENS:
            found.tokens.add(argument)
        if actor is not None and upgrade and found.actor is None:
            found.actor, found.credential = actor, Credential(argument)
    if found.actor is None:
        credential = hub.credential(cookies)
        actor = await hub.who(credential) if credential is not None else None
        if actor is not None:
            found.actor, found.credential, found.by_cookie = actor, credential, True
    return found
