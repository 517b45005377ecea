"""What a shop has of its own: templates that replace ours, and addresses."""

import pytest
from django.core.checks import Warning, run_checks
from django.urls import include, path, set_script_prefix
from django.views.generic import TemplateView

from genlook_oscar import host_checks
from tests.urls import urlpatterns as mounted

pytestmark = pytest.mark.anydb

PAGE = "oscar/catalogue/detail.html"
LOAD = "{% load genlook_oscar %}"
EXTENDS = f'{{% extends "{PAGE}" %}}'
TAG = LOAD + "{% genlook_tryon product %}"


def told(settings):
    return {message.id: message for message in run_checks(tags=[host_checks.TAG])}


@pytest.fixture
def template(settings, tmp_path):
    """Put a template into a project's own folder, which stands before all apps."""

    def put(text, name=PAGE):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        settings.TEMPLATES = [settings.TEMPLATES[0] | {"DIRS": [tmp_path]}]

    return put


def block(name, content):
    return f"{EXTENDS}{{% block {name} %}}{content}{{% endblock %}}"


@pytest.mark.parametrize(
    "text",
    [
        "<h1>{{ product.title }}</h1>",
        block("product_main", "<h1>{{ product.title }}</h1>"),
        block("content", "<h1>{{ product.title }}</h1>"),
        block("product_basket_form", "<form></form>"),
        # The button of a parent alone, and one that no block of Oscar's shows.
        block("product_basket_form", "<form></form>") + "{% block variants %}x{% endblock %}",
        EXTENDS + TAG + "{% block product_basket_form %}x{% endblock %}",
        LOAD + "{# {% genlook_tryon product %} #}",
        '{% include "no/such/template.html" %}',
    ],
)
def test_a_product_page_without_the_button_is_told(settings, template, text):
    template(text)
    message = told(settings)["genlook_oscar.W007"]
    assert isinstance(message, Warning)
    assert "detail.html" in message.msg
    assert "{% load genlook_oscar %}{% genlook_tryon product %}" in message.hint


@pytest.mark.parametrize(
    "text",
    [
        TAG,
        LOAD + "{% if product %}{% for x in y %}{% genlook_tryon product %}{% endfor %}{% endif %}",
        EXTENDS,
        block("product_basket_form", "{{ block.super }}<p>x</p>"),
        EXTENDS + LOAD + "{% block content %}{% genlook_tryon product %}{% endblock %}",
        block("product_description", "<p>x</p>"),
        block("variants", "<p>x</p>"),
        # Only known when the page is made.
        "{% extends layout %}",
    ],
)
def test_one_with_it_hears_nothing(settings, template, text):
    template(text)
    assert told(settings) == {}


def test_the_button_may_stand_in_what_the_page_includes(settings, template):
    template('{% include "shop/buy.html" %}')
    template("{% if product %}" + TAG + "{% endif %}", "shop/buy.html")
    assert told(settings) == {}


def test_templates_that_include_each_other_have_an_end(settings, template):
    template('{% include "shop/a.html" %}')
    template('{% include "shop/b.html" %}', "shop/a.html")
    template('{% include "shop/a.html" %}', "shop/b.html")
    assert set(told(settings)) == {"genlook_oscar.W007"}


def test_the_chain_is_followed_over_templates_of_other_names(settings, template):
    template('{% extends "shop/product.html" %}{% block content %}{{ block.super }}{% endblock %}')
    template("{% block content %}" + TAG + "{% endblock %}", "shop/product.html")
    assert told(settings) == {}
    template("{% block content %}Hello{% endblock %}", "shop/product.html")
    assert set(told(settings)) == {"genlook_oscar.W007"}


def test_the_base_of_all_pages_has_the_word_that_a_picture_is_ready(settings, template):
    template("<html>{% block content %}{% endblock %}</html>", "oscar/base.html")
    message = told(settings)["genlook_oscar.W007"]
    assert "genlook_notice" in message.hint
    template(LOAD + "<html>{% genlook_notice %}</html>", "oscar/base.html")
    assert "genlook_notice" not in str(told(settings))


def urlconf(*patterns):
    return type("Addresses", (), {"urlpatterns": list(patterns)})


anything = path("<path:rest>", TemplateView.as_view(template_name="404.html"))
ours = path("try-on/", include("genlook_oscar.urls"))


class TestAddresses:
    def test_mounted_nowhere(self, settings):
        settings.ROOT_URLCONF = "tests.integration.storefront.unmounted"
        message = told(settings)["genlook_oscar.W008"]
        assert isinstance(message, Warning)
        assert 'path("try-on/", include("genlook_oscar.urls"))' in message.hint

    def test_mounted_behind_what_takes_everything(self, settings):
        settings.ROOT_URLCONF = urlconf(anything, *mounted)
        assert "/try-on/" in told(settings)["genlook_oscar.W008"].msg
        settings.ROOT_URLCONF = urlconf(*mounted, anything)
        assert told(settings) == {}

    def test_below_a_path_of_the_server(self, settings):
        settings.ROOT_URLCONF = urlconf(*mounted)
        try:
            set_script_prefix("/shop/")
            assert told(settings) == {}
        finally:
            set_script_prefix("/")

    def test_in_languages(self, settings):
        from django.conf.urls.i18n import i18n_patterns

        settings.ROOT_URLCONF = urlconf(*i18n_patterns(ours), *mounted[:2], *mounted[3:])
        assert told(settings) == {}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECURE_PROXY_SSL_HEADER", ("HTTP_X_FORWARDED_PROTO", "https")),
        ("USE_X_FORWARDED_HOST", True),
        ("USE_X_FORWARDED_PORT", True),
    ],
)
def test_a_proxy_that_django_knows_and_we_do_not_is_told(settings, name, value):
    assert "genlook_oscar.W031" not in told(settings)
    setattr(settings, name, value)
    message = told(settings)["genlook_oscar.W031"]
    assert message.msg.startswith(name)
    assert 'GENLOOK_CLIENT_IP_HEADER = "X-Forwarded-For"' in message.hint
    settings.GENLOOK_CLIENT_IP_HEADER = "X-Real-IP"
    assert "genlook_oscar.W031" not in told(settings)
