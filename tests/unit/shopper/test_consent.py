"""What a shopper agrees to, and the receipt that it was she who did."""

from threading import Barrier, Thread

import pytest
from django.db import connection
from django.utils import translation

from genlook_oscar import clock
from genlook_oscar.models import Configuration, Consent, Shopper
from genlook_oscar.shopper import consent

pytestmark = pytest.mark.django_db


@pytest.fixture
def shopper():
    return Shopper.objects.create()


class TestWording:
    @pytest.mark.parametrize(("keep", "days"), [(0, 7), (1, 1), (3, 3), (7, 7)])
    def test_the_days_are_those_that_the_erasing_obeys(self, keep, days):
        configuration = Configuration(keep_for_days=keep)
        shown = consent.wording(configuration)
        assert shown.days == days == configuration.retention_days
        unit = "day" if days == 1 else "days"
        assert shown.text.count(f"at the latest {days} {unit} after") == 3

    def test_the_built_in_text_says_who_what_how_long_and_how_to_delete(self):
        text = consent.wording(Configuration()).text
        for part in ("this shop", "Genlook", "nothing else", "delete them sooner yourself"):
            assert part in text

    def test_the_privacy_page_is_the_shops(self):
        shown = consent.wording(Configuration(privacy_url="/privacy/"))
        assert shown.privacy_url == "/privacy/"

    def test_a_merchants_own_text(self, configuration, say):
        say(consent_text="  Kept {days} days ({days}), then gone.\n")
        configuration.keep_for_days = 3
        assert consent.wording(configuration).text == "Kept 3 days (3), then gone."

    @pytest.mark.parametrize(
        "text",
        ["{", "}", "{}", "{0}", "{day}", "{days", "{{days}}", "100 % {of} %(days)s {days!r}"],
    )
    def test_stray_braces_are_just_braces(self, configuration, say, text):
        say(consent_text=text)
        assert consent.wording(configuration).text == text.replace("{days}", "7")

    def test_blanks_are_no_text(self, configuration, say):
        say(consent_text=" \n ")
        assert consent.wording(configuration) == consent.wording(Configuration())

    def test_a_text_stands_in_its_own_language_only(self, configuration, say):
        say("de", consent_text="Nach {days} Tagen weg.", privacy_url="/datenschutz/")
        configuration.privacy_url = "/privacy/"
        built_in = consent.wording(Configuration(privacy_url="/privacy/"))
        assert consent.wording(configuration) == built_in
        with translation.override("ar"):
            assert consent.wording(configuration).version == built_in.version
        with translation.override("de"):
            shown = consent.wording(configuration)
        assert (shown.text, shown.privacy_url) == ("Nach 7 Tagen weg.", "/datenschutz/")
        assert shown.version != built_in.version

    @pytest.mark.parametrize(
        ("active", "text"),
        [("pt-br", "Brasil"), ("pt", "Portugal"), ("pt-ao", "Portugal"), ("en", None)],
    )
    def test_the_closest_language_counts(self, configuration, say, active, text):
        say("pt", consent_text="Portugal")
        say("pt-br", consent_text="Brasil")
        with translation.override(active):
            shown = consent.wording(configuration).text
        assert shown == (text or consent.wording(Configuration()).text)


class TestVersion:
    def test_the_same_terms_are_the_same_version(self):
        assert consent.wording(Configuration()) == consent.wording(Configuration())

    def test_the_accounts_default_is_the_seven_days_that_it_means(self):
        default = consent.wording(Configuration(keep_for_days=0))
        assert default.version == consent.wording(Configuration(keep_for_days=7)).version

    @pytest.mark.parametrize("change", [{"keep_for_days": 1}, {"privacy_url": "/privacy/"}])
    def test_other_terms_are_another_version(self, change):
        before = consent.wording(Configuration())
        assert consent.wording(Configuration(**change)).version != before.version

    @pytest.mark.parametrize(
        "change",
        [
            {"privacy_url": "/privacy/"},
            {"consent_text": "Our own words, {days} days."},
            {"consent_text": "Our own words."},
        ],
    )
    def test_other_words_are_another_version(self, configuration, say, change):
        before = consent.wording(configuration)
        say(**change)
        assert consent.wording(configuration).version != before.version

    @pytest.mark.parametrize("change", ["button_label", "disclaimer", "ai_label"])
    def test_words_that_nobody_agrees_to_are_no_other_version(self, configuration, say, change):
        before = consent.wording(configuration)
        say(**{change: "Other words"})
        assert consent.wording(configuration) == before

    def test_own_words_without_the_days_still_promise_days(self, configuration, say):
        say(consent_text="Our words.")
        versions = set()
        for configuration.keep_for_days in (1, 3, 7):
            versions.add(consent.wording(configuration).version)
        assert len(versions) == 3

    def test_a_translation_is_not_another_version(self):
        english = consent.wording(Configuration())
        with translation.override("de"):
            assert consent.wording(Configuration()).version == english.version

    def test_it_fits_its_column(self):
        assert len(consent.wording(Configuration()).version) == 12


class TestReceipt:
    def test_nobody_has_agreed_by_being_there(self, shopper, configuration):
        assert not consent.is_given(shopper, configuration)

    def test_it_says_what_was_shown_when_and_in_which_language(self, shopper, configuration):
        configuration.keep_for_days = 3
        before = clock.now()
        with translation.override("de"):
            receipt = consent.record(shopper, configuration)
            shown = consent.wording(configuration)
        receipt.refresh_from_db()
        assert (receipt.text, receipt.version) == (shown.text, shown.version)
        assert (receipt.language, receipt.retention_days) == ("de", 3)
        assert before <= receipt.given_at <= clock.now()
        assert consent.is_given(shopper, configuration)

    def test_once_for_each_version(self, shopper, configuration):
        first = consent.record(shopper, configuration)
        assert consent.record(shopper, configuration) == first
        configuration.keep_for_days = 1
        assert consent.record(shopper, configuration) != first
        assert shopper.consents.count() == 2

    def test_one_shoppers_is_not_anothers(self, shopper, configuration):
        consent.record(shopper, configuration)
        assert not consent.is_given(Shopper.objects.create(), configuration)

    def test_a_change_of_terms_asks_again(self, shopper, configuration, say):
        consent.record(shopper, configuration)
        say(consent_text="Other words.")
        assert not consent.is_given(shopper, configuration)

    def test_a_change_in_another_language_asks_nobody_of_this_one(
        self, shopper, configuration, say
    ):
        german = Shopper.objects.create()
        say("de", consent_text="Alt, {days} Tage.")
        consent.record(shopper, configuration)
        with translation.override("de"):
            consent.record(german, configuration)
        say("de", consent_text="Neu, {days} Tage.")
        assert consent.is_given(shopper, configuration)
        with translation.override("de"):
            assert not consent.is_given(german, configuration)

    def test_without_an_active_language(self, shopper, configuration, settings):
        with translation.override(None):
            receipt = consent.record(shopper, configuration)
        assert receipt.language == settings.LANGUAGE_CODE

    def test_a_guest_who_signs_in_meanwhile_agrees_as_the_customer(
        self, shopper, configuration, make_user
    ):
        customer = Shopper.objects.create(user=make_user())
        Shopper.objects.filter(pk=shopper.pk).update(merged_into=customer)
        assert consent.record(shopper, configuration).shopper == customer

    @pytest.mark.django_db(transaction=True)
    def test_twice_at_once_is_one_receipt(self):
        configuration, shopper = Configuration.load(), Shopper.objects.create()
        start, problems = Barrier(6), []

        def agree():
            try:
                start.wait()
                consent.record(shopper, configuration)
            except Exception as problem:
                problems.append(problem)
            finally:
                connection.close()

        threads = [Thread(target=agree) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not problems
        assert Consent.objects.count() == 1


class TestWithdrawing:
    def test_she_is_asked_again(self, shopper, configuration):
        receipt = consent.record(shopper, configuration)
        consent.withdraw(shopper)
        receipt.refresh_from_db()
        assert receipt.withdrawn_at
        assert not consent.is_given(shopper, configuration)

    def test_agreeing_again_is_a_new_receipt(self, shopper, configuration):
        old = consent.record(shopper, configuration)
        consent.withdraw(shopper)
        assert consent.record(shopper, configuration) != old
        assert consent.is_given(shopper, configuration)

    def test_the_first_withdrawal_counts(self, shopper, configuration):
        receipt = consent.record(shopper, configuration)
        consent.withdraw(shopper)
        receipt.refresh_from_db()
        first = receipt.withdrawn_at
        with clock.shift(days=1):
            consent.withdraw(shopper)
        receipt.refresh_from_db()
        assert receipt.withdrawn_at == first
