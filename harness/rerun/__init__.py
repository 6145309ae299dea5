"""A boot once more, from its bundle alone: on this machine or another."""
