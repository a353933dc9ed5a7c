"""Which value of a feature does somebody get? Flags, their rules, and how they reach clients."""
