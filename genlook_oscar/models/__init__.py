from .account import Account
from .alert import Alert, Occurrence
from .attribution import Attribution
from .catalogue_run import CatalogueRun
from .configuration import Configuration
from .copy import Copy
from .counter import Counter, Spent
from .daily import DayMark, ProductDay, ShopDay
from .experiment import ExperimentVisitor
from .photo import Photo
from .product_link import BLOCKING, WARNINGS, ProductLink, Ready
from .ready_mail import ReadyMail
from .record import Record
from .report import Report
from .rule import Rule
from .share import Share
from .shopper import Consent, Erasure, Shopper
from .tryon import TryOn
from .words import Words

__all__ = [
    "BLOCKING",
    "WARNINGS",
    "Account",
    "Alert",
    "Attribution",
    "CatalogueRun",
    "Configuration",
    "Consent",
    "Copy",
    "Counter",
    "DayMark",
    "Erasure",
    "ExperimentVisitor",
    "Occurrence",
    "Photo",
    "ProductDay",
    "ProductLink",
    "Ready",
    "ReadyMail",
    "Record",
    "Report",
    "Rule",
    "Share",
    "ShopDay",
    "Shopper",
    "Spent",
    "TryOn",
    "Words",
]
