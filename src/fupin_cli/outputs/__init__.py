"""Rendering only: workbooks, JSON, terminal, templates."""
