"""Heavy or untrusted conversions, each in a short-lived child process with limits."""

from parts.conversion.forks import Forks
from parts.conversion.runner import Limits, Outcome, run_limited

__all__ = ["Forks", "Limits", "Outcome", "run_limited"]
