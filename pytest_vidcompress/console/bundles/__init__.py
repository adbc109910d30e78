"""What `vidcompress show` says of what `--vc-bundle` kept."""
