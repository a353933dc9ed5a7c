"""Whose relationship with us is strong? Tie strength, the ladder, advocacy, co-creation."""
