from ..base import *  # noqa: F403
from ..base import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.projects.uuid_users.people"]
AUTH_USER_MODEL = "people.Person"
