"""The page that a run leaves: `report.html`, made of its bundles alone."""
