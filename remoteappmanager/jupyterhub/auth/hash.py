"""Password hashes for ``BasicAuthenticator``.

``python -m remoteappmanager.jupyterhub.auth.hash`` asks for a password twice and
prints its hash; ``... hash < FILE`` reads it from the first line of a file. The
password never stands in an argument, where others on the machine could read it.
"""

import base64
import getpass
import hashlib
import hmac
import secrets
import sys

# scrypt, with what RFC 7914 and OWASP recommend: 32 MiB and about 0.1 s.
_N, _R, _P = 2**15, 8, 1
_LENGTH = 32
#: More than this is refused: a hash must not be a way to exhaust the Hub.
_MOST_MEMORY = 256 * 1024 * 1024


def make_hash(password: str) -> str:
    """A salted hash of ``password``, as ``scrypt$N$R$P$SALT$KEY`` (base64)."""
    salt = secrets.token_bytes(16)
    key = _key(password, salt, _N, _R, _P, _LENGTH)
    return "$".join(["scrypt", str(_N), str(_R), str(_P), _text(salt), _text(key)])


def verify(password: str, hashed: str) -> bool:
    """Whether ``password`` belongs to ``hashed``, compared in constant time.

    Raises ``ValueError`` when ``hashed`` is not one of our hashes.
    """
    salt, key, n, r, p = _parse(hashed)
    return hmac.compare_digest(_key(password, salt, n, r, p, len(key)), key)


def check(hashed: str) -> None:
    """Raises ``ValueError`` unless ``hashed`` is a hash that ``verify`` can use."""
    _parse(hashed)


def _parse(hashed: str) -> tuple[bytes, bytes, int, int, int]:
    try:
        scheme, n_text, r_text, p_text, salt, key = hashed.split("$")
        n, r, p = int(n_text), int(r_text), int(p_text)
        parsed = base64.b64decode(salt, validate=True), base64.b64decode(key, validate=True)
    except ValueError as exc:
        raise ValueError("not a hash of remoteappmanager.jupyterhub.auth.hash") from exc
    power_of_two = n > 1 and n & (n - 1) == 0
    if scheme != "scrypt" or not power_of_two or r < 1 or p < 1 or len(parsed[1]) < 16:
        raise ValueError("not a hash of remoteappmanager.jupyterhub.auth.hash")
    if 128 * n * r * p > _MOST_MEMORY:
        raise ValueError("a hash that asks for too much memory")
    return (*parsed, n, r, p)


def _key(password: str, salt: bytes, n: int, r: int, p: int, length: int) -> bytes:
    return hashlib.scrypt(
        password.encode(), salt=salt, n=n, r=r, p=p, maxmem=2 * _MOST_MEMORY, dklen=length
    )


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def main() -> int:
    """Ask, and print the hash. The exit status."""
    if sys.stdin.isatty():
        password = getpass.getpass("Password: ")
        if password != getpass.getpass("Again: "):
            print("The two are not the same.", file=sys.stderr)
            return 1
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    if not password:
        print("An empty password is none.", file=sys.stderr)
        return 1
    print(make_hash(password))
    return 0


if __name__ == "__main__":
    sys.exit(main())
