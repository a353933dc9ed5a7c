"""Uploaded lists of people: taken in, matched with the people that are known, and put in force as a whole."""
