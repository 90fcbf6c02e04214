"""Turns photographed pages into a checked, readable, filed document."""
