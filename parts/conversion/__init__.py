"""Heavy or untrusted conversions, each in a short-lived child process with limits."""

from parts.conversion.runner import Limits, Outcome, run_limited

__all__ = ["Limits", "Outcome", "run_limited"]
