"""Whether two photographs show the same sheet: by where its ink lies, and by words that nobody can read back."""
