"""The same tests as another commit builds them: `--vc-against`."""
