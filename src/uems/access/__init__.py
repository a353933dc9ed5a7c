"""Who may do what? Workspaces, accounts, roles, keys, sessions and the audit log."""
