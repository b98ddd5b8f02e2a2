"""Reads of orders: the stock-take of files, and the files themselves."""
