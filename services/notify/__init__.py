"""Tells people and suppliers, with proof that they were told."""
