"""What a run leaves behind is no test: sites lie in its evidence, with their approved boots."""

collect_ignore = ["evidence"]
