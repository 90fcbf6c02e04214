"""What happens when an event arrives or a forward or a notice is due."""
