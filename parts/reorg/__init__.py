"""Working out small moves that tidy up: plain Python, dataclasses in and out (contract 5.11)."""

from parts.reorg.planner import Layout, Metrics, Plan, Step, Stock, Wishes, measured, planned

__all__ = ["Layout", "Metrics", "Plan", "Step", "Stock", "Wishes", "measured", "planned"]
