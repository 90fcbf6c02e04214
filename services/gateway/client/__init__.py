"""Makes receipts' PDFs in a child process, as it would ask somebody else's server."""
