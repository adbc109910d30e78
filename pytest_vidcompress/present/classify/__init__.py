"""What `vidcompress classify` shows."""
