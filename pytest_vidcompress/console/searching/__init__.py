"""What `vidcompress search` is asked with, and the page of what it found."""
