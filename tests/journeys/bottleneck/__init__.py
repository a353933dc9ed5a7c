"""Does the bottleneck finder find what is there, and only that?"""
