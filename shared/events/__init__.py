"""The contracts: one envelope, and one file of facts per publishing service."""
