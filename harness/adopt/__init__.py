"""Make a site of a boot server's tree: find what it runs, copy what boots, write `site.toml`."""
