"""What is about the reference site, and about the harness's own honesty on it."""
