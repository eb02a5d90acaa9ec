"""Processes to speak with."""

from tests.fixtures.process import admin, hub, process

__all__ = ["admin", "hub", "process"]
