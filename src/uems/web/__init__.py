"""How do people and programs reach the house? The HTTP application that mounts every room's routes and the built UI."""
