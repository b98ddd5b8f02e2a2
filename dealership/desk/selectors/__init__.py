"""Composition: what a page about several apps shows, gathered from their selectors."""
