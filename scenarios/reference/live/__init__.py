"""Real live systems, their roots over HTTP and NFS."""
