"""Addresses by language (`i18n_patterns`), ours among them."""

from .languages import *  # noqa: F403

ROOT_URLCONF = "tests.projects.languages_inside_urls"
