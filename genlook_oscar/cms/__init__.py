"""Try-on on Wagtail's pages: an app of its own, for projects with Wagtail."""
