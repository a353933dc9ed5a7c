"""What was it worth? Every action against the people it was not for."""
