"""What the cases stand on: the host, the clock, the workers, the table."""
