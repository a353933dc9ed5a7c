"""What does every room stand on? Storage, log, filters, errors, settings; no business words."""
