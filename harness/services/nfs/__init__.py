"""The boot server's NFS, by either of two servers that read one source, the exports."""
