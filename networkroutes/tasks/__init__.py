"""Queued work of the register; importing this module makes every task known."""

from networkroutes.tasks import reservations

__all__ = ["reservations"]
