"""The ways an event can go that `python -m bench events` compares: raw drivers, the least that is safe, and ours."""
