"""Talks to suppliers: their webhook or their queue."""
