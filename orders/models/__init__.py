"""The rows of orders: deliveries, and the files of what was delivered."""

from orders.models.deliveries import Delivery
from orders.models.stocktakes import FilePolicy, FileStocktake, StocktakeLine

__all__ = ["Delivery", "FilePolicy", "FileStocktake", "StocktakeLine"]
