"""Serves HTTP: one server, with bounds on what any client may take of it."""
