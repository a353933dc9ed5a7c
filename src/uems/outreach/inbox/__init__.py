"""Messages inside the company's own pages: kept here for a person, served to their browser, reported back."""
