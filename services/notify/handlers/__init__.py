"""What happens when an event arrives or a forward is due."""
