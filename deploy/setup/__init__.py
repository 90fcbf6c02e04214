"""Sets a fresh machine up; runs before anything is installed, so it uses the standard library only."""
