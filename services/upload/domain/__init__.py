"""The rules of pages and documents: pure functions on numbers, words and pixel arrays, no I/O."""
