"""Letters of every type in many wordings, their misreadings, and the small model that tells them apart."""
