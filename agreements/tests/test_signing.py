"""Signing by link: the link, the code, and every way in which they must not work."""

from datetime import timedelta

import pytest
from django.core import mail as outbox
from django.urls import reverse
from django.utils import timezone

from agreements import signing
from agreements.actions import agreements, signatures
from agreements.models import Party, Signature, SigningCode
from agreements.states import AgreementState
from agreements.tests import factories
from coordination.tests import factories as people
from core import delivery
from core.errors import DomainError
from core.models import Message

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(engagement, volunteer, coordinator):
    return factories.make_sent(volunteer, by=coordinator)


@pytest.fixture
def token(sent):
    return signing.token(sent)


def _link(token):
    return signing.read(token)


def _code(token):
    return signatures.send_code(link=_link(token))


def test_the_link_holds_no_personal_data(token, volunteer):
    assert volunteer.person.email not in token
    assert volunteer.person.name.split()[0] not in token


def test_link_is_open_until_signed(token):
    assert _link(token).status == "open"


@pytest.mark.parametrize(
    "change", [lambda t: t + "x", lambda t: t[1:], lambda t: "1.volunteer.0~a~b"]
)
def test_a_changed_link_is_nothing(token, change):
    assert _link(change(token)) is None


def test_link_of_another_agreement_does_not_fit(token, sent, here, manager, coordinator):
    other = people.make_volunteer("Anna Anden")
    site = people.make_site(here)
    people.make_engagement(other, site)
    factories.make_terms(site.activity, by=manager)
    another = factories.make_sent(other, by=coordinator)
    code = _code(token)

    code = signatures.confirm_code(link=_link(token), typed=signing.code_of(code))

    with pytest.raises(DomainError) as error:
        signatures.sign_by_link(link=_link(signing.token(another)), code=code)
    assert error.value.code == "code_needed"


def test_link_dies_with_withdrawal(token, sent, coordinator):
    agreements.withdraw(agreement=sent, by=coordinator)

    assert _link(token).status == "withdrawn"
    with pytest.raises(DomainError) as error:
        signatures.send_code(link=_link(token))
    assert error.value.code == "link_withdrawn"


def test_link_grows_old(token, monkeypatch):
    future = timezone.now().timestamp() + timedelta(days=31).total_seconds()
    monkeypatch.setattr("django.core.signing.time.time", lambda: future)

    assert _link(token).status == "expired"


def test_code_is_mailed_alone_and_stored_nowhere(token, django_capture_on_commit_callbacks):
    code = _code(token)
    message = Message.objects.get(kind="agreements.code")
    delivery.deliver()

    digits = signing.code_of(code)
    with_digits = [mail for mail in outbox.outbox if digits in mail.body]
    with_link = [mail for mail in outbox.outbox if "/skriv-under/" in mail.body]
    assert (len(with_digits), len(with_link)) == (1, 1)
    assert with_digits != with_link
    assert digits not in str(message.params)
    assert digits not in str(SigningCode.objects.values().get(pk=code.pk))


def test_right_code_then_sign(token, sent, volunteer):
    code = _code(token)
    proof = signatures.confirm_code(link=_link(token), typed=f" {signing.code_of(code)} ")

    signatures.sign_by_link(link=_link(token), code=proof)

    signature = Signature.objects.get()
    assert (signature.party, signature.method) == (Party.VOLUNTEER, "link")
    assert signature.signer_name == volunteer.person.display_name
    assert signature.registered_by is None
    assert _link(token).status == "signed"
    assert SigningCode.objects.count() == 0


def test_link_used_twice_signs_once(token):
    proof = signatures.confirm_code(link=_link(token), typed=signing.code_of(_code(token)))
    link = _link(token)
    signatures.sign_by_link(link=link, code=proof)

    with pytest.raises(DomainError) as error:
        signatures.sign_by_link(link=link, code=proof)
    assert error.value.code == "already_signed"
    assert Signature.objects.count() == 1


def test_code_guessed_six_times_is_dead(token):
    code = _code(token)
    wrong = "000000" if signing.code_of(code) != "000000" else "111111"
    codes = []
    for typed in [wrong] * 5 + [signing.code_of(code)]:
        with pytest.raises(DomainError) as error:
            signatures.confirm_code(link=_link(token), typed=typed)
        codes.append(error.value.code)

    assert codes == ["wrong_code"] * 5 + ["code_dead"]


def test_code_runs_out_after_fifteen_minutes(token):
    code = _code(token)
    SigningCode.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    with pytest.raises(DomainError) as error:
        signatures.confirm_code(link=_link(token), typed=signing.code_of(code))
    assert error.value.code == "code_dead"


def test_a_new_code_kills_the_old(token):
    old, new = _code(token), _code(token)

    if signing.code_of(old) != signing.code_of(new):
        with pytest.raises(DomainError) as error:
            signatures.confirm_code(link=_link(token), typed=signing.code_of(old))
        assert error.value.code == "wrong_code"
    assert signatures.confirm_code(link=_link(token), typed=signing.code_of(new)) == new


def test_a_used_code_cannot_be_typed_again(token):
    code = _code(token)
    signatures.confirm_code(link=_link(token), typed=signing.code_of(code))

    with pytest.raises(DomainError) as error:
        signatures.confirm_code(link=_link(token), typed=signing.code_of(code))
    assert error.value.code == "code_dead"


def test_so_many_codes_an_hour(token):
    for _number in range(signing.MAX_CODES):
        _code(token)

    with pytest.raises(DomainError) as error:
        _code(token)
    assert error.value.code == "too_many_codes"


def test_proof_grows_old(token):
    proof = signatures.confirm_code(link=_link(token), typed=signing.code_of(_code(token)))
    proof.used_at -= signing.SIGN_WITHIN + timedelta(seconds=1)

    with pytest.raises(DomainError) as error:
        signatures.sign_by_link(link=_link(token), code=proof)
    assert error.value.code == "code_needed"


# --- The pages -----------------------------------------------------------------------------


def test_the_whole_way_by_link(client, token, sent):
    start = reverse("agreements:sign-start", args=[token])
    page = client.get(start)
    assert page.status_code == 200
    assert SigningCode.objects.count() == 0

    page = client.post(start, follow=True)
    code = SigningCode.objects.get()
    assert page.redirect_chain == [(reverse("agreements:sign-code", args=[token]), 302)]

    page = client.post(page.request["PATH_INFO"], {"code": signing.code_of(code)}, follow=True)
    assert "Tavshedspligt" in page.content.decode()

    read = reverse("agreements:sign-read", args=[token])
    refused = client.post(read, {})
    assert (refused.status_code, Signature.objects.count()) == (200, 0)

    pdf = client.get(reverse("agreements:sign-document", args=[token]))
    assert pdf.content == bytes(sent.documents.get().content)

    page = client.post(read, {"accept": "on"}, follow=True)
    assert page.status_code == 200
    assert Signature.objects.count() == 1
    assert client.get(start).context["status"] == "signed"


@pytest.mark.parametrize("name", ["sign-read", "sign-document"])
def test_without_the_code_nothing_is_read(client, token, name):
    page = client.get(reverse(f"agreements:{name}", args=[token]))

    assert page.status_code == 302
    assert page.url == reverse("agreements:sign-start", args=[token])


def test_the_first_page_names_nobody(client, token, volunteer, engagement):
    text = client.get(reverse("agreements:sign-start", args=[token])).content.decode()

    assert volunteer.person.first_name not in text
    assert engagement.site.activity.title not in text


def test_somebody_elses_browser_gets_no_further(client, token):
    signatures.confirm_code(link=_link(token), typed=signing.code_of(_code(token)))

    page = client.get(reverse("agreements:sign-read", args=[token]))

    assert page.status_code == 302


@pytest.mark.parametrize(("state", "status"), [("withdrawn", 410), ("unknown", 404)])
def test_closed_link_says_kindly_why(client, token, sent, coordinator, state, status):
    if state == "withdrawn":
        agreements.withdraw(agreement=sent, by=coordinator)
    else:
        token = "noget-helt-andet"

    page = client.get(reverse("agreements:sign-start", args=[token]))

    assert (page.status_code, page.context["status"]) == (status, state)


def test_link_after_the_end(client, token, sent, coordinator, leader):
    factories.sign_on_paper(sent, by=coordinator)
    agreements.end(agreement=sent, last_day=timezone.localdate(), by=coordinator)

    page = client.get(reverse("agreements:sign-start", args=[token]))

    assert sent.state == AgreementState.CONCLUDED
    assert page.context["status"] == "ended"


def test_a_leader_who_volunteers_unlinked_does_not_sign_for_both(token, sent, leader, volunteer):
    """Their link as a volunteer goes to the mailbox of their own account."""
    volunteer.person.user = None
    volunteer.person.email = leader.email.upper()
    volunteer.person.save()
    sent.refresh_from_db()

    with pytest.raises(DomainError) as error:
        signatures.sign_as_leader(agreement=sent, by=leader)

    assert error.value.code == "own_matter"
