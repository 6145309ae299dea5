"""What a checkout has beside the installed package: `make bench`, `make soak`, packages."""
