"""The site broken on purpose: the harness must turn red, by the cause's name."""
