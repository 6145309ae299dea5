"""The logs of daemons as files: which there are, and how a line of each is read.

Imported when a log is read: until a machine has booted, nobody asks.
"""
