"""Talking to what circuits are measured by: plain Python, dataclasses out."""
