from .account import Account
from .configuration import Configuration
from .photo import Photo
from .product_link import ProductLink
from .ready_mail import ReadyMail
from .report import Report
from .share import Share
from .shopper import Consent, Erasure, Shopper
from .tryon import TryOn

__all__ = [
    "Account",
    "Configuration",
    "Consent",
    "Erasure",
    "Photo",
    "ProductLink",
    "ReadyMail",
    "Report",
    "Share",
    "Shopper",
    "TryOn",
]
