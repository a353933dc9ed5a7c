"""What are segments like, and how do they differ? Overlap, comparison, distribution and movement."""
