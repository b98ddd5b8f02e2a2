"""The rows of orders: deliveries, and the files of what was delivered."""

from orders.models.deliveries import Delivery
from orders.models.files import CustomerFile, FileDocument
from orders.models.stocktakes import FilePolicy, FileStocktake, StocktakeLine

__all__ = ["CustomerFile", "Delivery", "FileDocument", "FilePolicy", "FileStocktake", "StocktakeLine"]
