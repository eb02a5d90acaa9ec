"""The accounting's errors: members of the one tree, under their documented path."""

from remoteappmanager.exceptions import Exists, NotFound, UnsupportedOperation

__all__ = ["Exists", "NotFound", "UnsupportedOperation"]
