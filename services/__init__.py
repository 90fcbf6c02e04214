"""The services; each folder is one, and knows the others only by their events."""
