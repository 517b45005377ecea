"""A demo shop: Oscar with Wagtail beside it and virtual try-on."""
