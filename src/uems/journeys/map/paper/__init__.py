"""What does a journey map look like on paper?"""
