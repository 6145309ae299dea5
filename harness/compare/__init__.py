"""A site's DHCP servers asked as every kind of client, and two sites' answers side by side."""
