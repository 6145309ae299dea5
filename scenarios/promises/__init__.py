"""What any site is asked. The wheel carries it as `harness.promises`."""
