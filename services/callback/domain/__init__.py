"""The rules of calling back: pure, without a clock or a server of their own."""
