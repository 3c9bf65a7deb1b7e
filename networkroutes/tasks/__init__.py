"""Queued work of the register; importing this module makes every task known."""

from networkroutes.tasks import latency, rates, reservations

__all__ = ["latency", "rates", "reservations"]
