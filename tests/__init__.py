"""Tests of fupin."""
