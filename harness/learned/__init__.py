"""What a harness learns of a site by booting it: what each boot needs, and what it did."""
