"""Synthetic photos of paper pages, with exact truth: where the page is and which borders it crosses."""
