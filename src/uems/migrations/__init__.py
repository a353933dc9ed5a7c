"""How do tables of the store change from one version of the program to the next?"""
