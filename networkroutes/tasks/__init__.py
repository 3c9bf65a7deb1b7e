"""Queued work of the register; importing this module makes every task known."""

from networkroutes.tasks import latency, reservations

__all__ = ["latency", "reservations"]
