"""What one boot did, in the words of a `.boot` file, and which files it lacked."""
