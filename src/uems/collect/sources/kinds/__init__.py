"""Which databases can be read? One module a kind, found by the registry; a module with an underscore is shared by them."""
