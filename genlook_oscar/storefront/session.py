"""The session, saved where a failure can still be answered."""

from typing import Any

from django.contrib.sessions.backends.base import UpdateError
from django.db import OperationalError
from django.http import HttpRequest

from .. import logs

logger = logs.logger(__name__)


def keep_session(request: HttpRequest) -> None:
    """Save what the view has changed in the session.

    Django's middleware saves it after the view, where a database that is locked makes an
    error page of an answer that is true already. It still does, for what other middleware
    adds and for the cookie; what fails then is logged. Raises `OperationalError`.
    """
    session: Any = getattr(request, "session", None)
    if session is None:
        return
    save = session.save
    if session.modified and not session.is_empty():
        _saved(save)

    def save_again(*args: Any, **kwargs: Any) -> None:
        try:
            _saved(save, *args, **kwargs)
        except OperationalError:
            logger.warning("A session could not be saved once more.", exc_info=True)

    session.save = save_again


def _saved(save: Any, *args: Any, **kwargs: Any) -> None:
    try:
        save(*args, **kwargs)
    except UpdateError as error:
        # Django takes every failure of the database for a session that somebody has deleted.
        if isinstance(error.__context__, OperationalError):
            raise error.__context__ from None
        raise
