"""What is said: templates in versions and languages, rendered for one person."""
