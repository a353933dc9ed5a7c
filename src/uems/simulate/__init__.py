"""What would the system show of people whose every reason is known? A seeded model of a shop, its people and what was done to them."""
