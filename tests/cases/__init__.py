"""Cases in YAML that a clerk can read: what is changed in a clean month, and which findings that must cause."""
