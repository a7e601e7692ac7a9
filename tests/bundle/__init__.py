"""Bundles that are really downloaded, installed and run: make bundle-test."""
