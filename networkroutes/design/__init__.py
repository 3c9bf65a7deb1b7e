"""Paths through the network and their prices: plain Python, no database."""
