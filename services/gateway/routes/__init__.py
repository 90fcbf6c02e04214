"""What the gateway does when a request arrives: one file per thing, and one per rule that holds for all of them."""
