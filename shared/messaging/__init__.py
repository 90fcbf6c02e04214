"""Delivery: nothing accepted is lost, everything happens once in effect."""
