"""The version of the package, in one place."""

__version__ = "3.0.0.dev0"
