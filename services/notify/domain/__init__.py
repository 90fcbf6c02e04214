"""The rules of telling: whom to alert until when, what a supplier may be sent, and what became of it."""
