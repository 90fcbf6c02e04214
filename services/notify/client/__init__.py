"""Tells suppliers by their webhook or queue, and citizens by e-mail or Web Push."""
