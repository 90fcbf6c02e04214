"""What spoils a page, made with known truth: which words Tesseract no longer reads says how bad it is."""
