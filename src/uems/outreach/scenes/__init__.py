"""What situation is somebody in at this moment, and what does that set off?"""
