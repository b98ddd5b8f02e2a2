"""Reading what people typed about leads."""
