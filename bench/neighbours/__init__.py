"""Our events beside a well-known task queue, each in processes of its own that are killed: rates, losses, doubles."""
