"""Guests: what their hardware is, how they are started, and what they show on their console."""
