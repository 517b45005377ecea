from .account import Account
from .configuration import Configuration
from .photo import Photo
from .product_link import ProductLink
from .shopper import Consent, Erasure, Shopper
from .tryon import TryOn

__all__ = [
    "Account",
    "Configuration",
    "Consent",
    "Erasure",
    "Photo",
    "ProductLink",
    "Shopper",
    "TryOn",
]
