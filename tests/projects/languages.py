"""Addresses by language (`i18n_patterns`), ours outside of them."""

from .base import *  # noqa: F403

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
ROOT_URLCONF = "tests.projects.languages_urls"
PROJECT_LANGUAGES = ["de", "en", "de"]
