"""What do tests of several rooms share? Real servers and real data, started once."""
