"""What `vidcompress index` and `vidcompress search` show."""
