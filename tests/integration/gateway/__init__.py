"""A package only so that its fixtures end with its last test (pytest's package scope)."""
