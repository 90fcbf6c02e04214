"""Facts that stand on a page: dates, amounts, numbers and who wrote; each a suggestion with its place."""
