"""The plan: what a boot must do, as far as the site's files say it."""
