"""Inboxes in which files are hit, by seed."""
