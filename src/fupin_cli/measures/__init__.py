"""Subsidies: what a month's roster comes to."""
