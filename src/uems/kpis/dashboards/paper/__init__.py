"""What does a dashboard look like on paper?"""
