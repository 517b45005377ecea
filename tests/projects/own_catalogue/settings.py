from ..base import *  # noqa: F403
from ..base import INSTALLED_APPS

INSTALLED_APPS = [
    "tests.projects.own_catalogue.catalogue.apps.CatalogueConfig"
    if app == "oscar.apps.catalogue.apps.CatalogueConfig"
    else app
    for app in INSTALLED_APPS
]
