"""Writes of leads: one use case each."""
