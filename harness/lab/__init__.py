"""A lab: one boot server with its management network and guests, in its own namespaces."""
