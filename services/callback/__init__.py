"""Promises to call back, and keeps count until the promise is kept."""
