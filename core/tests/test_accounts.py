"""Signing in: codes by mail, passwords, second factor; no door for strangers."""

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core import mail as outbox
from django.urls import reverse

from core import delivery
from core.models import Message, User
from core.secret_box import open_sealed, seal

PASSWORD = "tre gode ord her"


@pytest.fixture
def account(db):
    return User.objects.create_user("frida@example.dk", name="Frida Frivillig")


@pytest.fixture
def staff_with_password(coordinator):
    coordinator.set_password(PASSWORD)
    coordinator.save()
    return coordinator


def code_in_outbox():
    message = Message.objects.get(kind="account.login_code")
    return open_sealed(message.params["sealed"])


def test_sign_in_by_code(client, account):
    response = client.post(reverse("account_request_login_code"), {"email": account.email})
    assert response.url == reverse("account_confirm_login_code")
    response = client.post(reverse("account_confirm_login_code"), {"code": code_in_outbox()})
    assert response.status_code == 302
    assert client.session["_auth_user_id"] == str(account.pk)


def test_code_mail_says_the_code_and_the_row_does_not(client, account):
    client.post(reverse("account_request_login_code"), {"email": account.email})
    code = code_in_outbox()
    assert code not in str(Message.objects.values().get())
    delivery.deliver()
    assert code in outbox.outbox[0].body
    assert outbox.outbox[0].to == ["Frida Frivillig <frida@example.dk>"]


def test_wrong_code_does_not_sign_in(client, account):
    client.post(reverse("account_request_login_code"), {"email": account.email})
    wrong = "AAAAAA" if code_in_outbox() != "AAAAAA" else "BBBBBB"
    response = client.post(reverse("account_confirm_login_code"), {"code": wrong})
    assert response.status_code == 200
    assert "_auth_user_id" not in client.session


def test_unknown_address_answers_the_same_and_sends_nothing(client, account):
    known = client.post(reverse("account_request_login_code"), {"email": account.email})
    client.logout()
    unknown = client.post(reverse("account_request_login_code"), {"email": "x@example.dk"})
    assert (unknown.status_code, unknown.url) == (known.status_code, known.url)
    assert not Message.objects.filter(recipient_email="x@example.dk").exists()


def test_there_is_no_sign_up(client, db):
    assert client.get("/konto/signup/").status_code == 404


def test_staff_without_second_factor_are_led_to_set_one_up(client, staff_with_password, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    login = {"login": staff_with_password.email, "password": PASSWORD}
    client.post(reverse("account_login"), login)
    response = client.get("/frivillige/")
    assert response.url == reverse("mfa_index")
    assert client.get(reverse("mfa_index")).status_code == 200


def test_volunteer_needs_no_second_factor(client, volunteer, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    client.force_login(volunteer.person.user)
    assert client.get("/").url != reverse("mfa_index")


def test_password_alone_is_not_enough_once_there_is_an_app(client, staff_with_password, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    authenticator = TOTP.activate(staff_with_password, "JBSWY3DPEHPK3PXP").instance
    login = {"login": staff_with_password.email, "password": PASSWORD}
    response = client.post(reverse("account_login"), login)
    assert response.url == reverse("mfa_authenticate")
    assert "_auth_user_id" not in client.session
    counter = next(yield_hotp_counters_from_time())
    code = format_hotp_value(hotp_value("JBSWY3DPEHPK3PXP", counter))
    client.post(reverse("mfa_authenticate"), {"code": code})
    assert client.session["_auth_user_id"] == str(staff_with_password.pk)
    assert client.get("/konto/to-trin/").status_code == 200
    assert authenticator.type == Authenticator.Type.TOTP


def test_password_reset_by_link(client, staff_with_password):
    client.post(reverse("account_reset_password"), {"email": staff_with_password.email})
    delivery.deliver()
    link = re.search(r"http\S+vaelg\S+", outbox.outbox[0].body).group()
    page = client.get(link, follow=True)
    assert page.status_code == 200
    choose = {"password1": "fire andre gode ord", "password2": "fire andre gode ord"}
    client.post(page.request["PATH_INFO"], choose)
    staff_with_password.refresh_from_db()
    assert staff_with_password.check_password("fire andre gode ord")


def test_sealed_text_opens_only_here(settings):
    token = seal("123456")
    assert open_sealed(token) == "123456"
    settings.SECRET_KEY = "another" * 12
    assert open_sealed(token) is None


def test_role_is_asked_every_time(client, staff_with_password, settings):
    """Whoever loses the role loses the staff pages with the next request."""
    settings.SECOND_FACTOR_REQUIRED = False
    client.force_login(staff_with_password)
    staff_with_password.role_assignments.all().delete()
    assert client.get(reverse("recruitment:application-list")).status_code == 403
