"""What a file sent to us may be at most: stated once, because two services check it and must give the same answer."""

MAX_FILE_BYTES = 50 * 1024 * 1024
"""Bytes of one uploaded file."""

MAX_FILE_PAGES = 30
"""Pages of one PDF or TIFF."""

PDF_WITHIN = 1024
"""A PDF names itself within so many bytes (ISO 32000-1, annex H, note 13): scanners put junk before the header."""
