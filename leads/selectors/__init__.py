"""Reads of leads."""
