"""The test project's addresses and a page of another theme, under a strict policy."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path
from oscar.core.loading import get_model

from tests.urls import urlpatterns as project

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'"
)

PAGE = """{% load genlook_oscar i18n static %}{% get_current_language_bidi as rtl %}<!DOCTYPE html>
<html lang="{{ request.LANGUAGE_CODE }}" dir="{% if rtl %}rtl{% else %}ltr{% endif %}">
<meta name="viewport" content="width=device-width">
<title>Bare</title><link rel="icon" href="{% static 'oscar/favicon.ico' %}">
<main><h1>{{ product.get_title }}</h1>
{% genlook_tryon product %}{% genlook_tryon product %}</main>"""


def bare(request: HttpRequest, pk: int) -> HttpResponse:
    product: Any = get_model("catalogue", "Product").objects.get(pk=pk)
    page = engines["django"].from_string(PAGE).render({"product": product}, request)
    return HttpResponse(page, headers={"Content-Security-Policy": POLICY})


urlpatterns = [path("bare/<int:pk>/", bare), *project]
