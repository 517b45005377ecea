"""MariaDB, without its time zone tables."""

import os

import dj_database_url
import pymysql

from .base import *  # noqa: F403

# Stands in for mysqlclient, which would have to be compiled.
pymysql.install_as_MySQLdb()

DATABASES = {"default": dj_database_url.parse(os.environ["GENLOOK_TEST_MARIADB"])}
DATABASES["default"]["ATOMIC_REQUESTS"] = True
PROJECT_CROWD = True
