"""What a call costs whatever the machine: operations, memory, precision."""
