"""What the gateway keeps: one file per collection, and the originals in the object store."""
