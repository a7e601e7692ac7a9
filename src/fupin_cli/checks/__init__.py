"""Findings: one module per group of codes."""
