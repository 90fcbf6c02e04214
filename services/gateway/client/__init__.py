"""Asks others: an identity provider who somebody is, a child process for receipts' PDFs."""
