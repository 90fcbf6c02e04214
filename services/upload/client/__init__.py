"""Child processes that do what is heavy or risky: decode pictures, look at them, read them, write PDFs."""
