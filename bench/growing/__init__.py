"""What `python -m bench growth` is made of."""
