"""Pages of orders: files and their stock-take."""
