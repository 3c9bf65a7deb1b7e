"""Queued work of the register; importing this module makes every task known."""

from networkroutes.tasks import bulk, latency, rates, reservations

__all__ = ["bulk", "latency", "rates", "reservations"]
