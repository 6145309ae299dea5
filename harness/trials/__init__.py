"""One scenario on several versions of something: which is the first bad one, and both sides."""
