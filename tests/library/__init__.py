"""fupin as a library."""
