"""What this host can do: tools, rights, memory, accelerator. Knows nothing of labs or guests."""
