"""Django's own Content Security Policy, as strict as ours allows (Django 6.0 and newer)."""

from .base import *  # noqa: F403
from .base import MIDDLEWARE

MIDDLEWARE = ["django.middleware.csp.ContentSecurityPolicyMiddleware", *MIDDLEWARE]
SECURE_CSP = {
    "default-src": ["'none'"],
    "script-src": ["'self'"],
    "style-src": ["'self'"],
    "img-src": ["'self'", "blob:"],
    "connect-src": ["'self'"],
    "form-action": ["'self'"],
}
