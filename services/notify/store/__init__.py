"""Consents, papers, forwards and notices in MongoDB; a `due_at` is also the lease of the process that tries."""
