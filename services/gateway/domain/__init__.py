"""The gateway's rules: who may do what, what a submission must be, and how states move."""
