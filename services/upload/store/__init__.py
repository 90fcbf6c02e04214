"""What the upload service keeps: reports on pages, documents with their files, and how sheets are known again."""
