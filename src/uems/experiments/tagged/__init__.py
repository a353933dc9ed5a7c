"""Does acting on a tag beat ignoring it? Tags on trial: who is treated as though they did not carry one, and how that is told."""
