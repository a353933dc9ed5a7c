"""What is a customer worth? Probability models of buying, leaving and spending, without events, stores or HTTP."""
