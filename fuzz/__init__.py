"""Inputs that nobody would write, and what has to hold for each of them."""
