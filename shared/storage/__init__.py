"""Where state lives: documents in MongoDB, bytes in an S3 store."""
