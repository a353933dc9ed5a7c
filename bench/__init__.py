"""How fast is it, on this machine? ``make bench`` runs everything here and prints one table."""
