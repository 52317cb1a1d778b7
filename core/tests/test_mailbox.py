"""The trial site's letter box: readable where no mail server is set, and nowhere else."""

import pytest
from django.core.mail import EmailMultiAlternatives, get_connection, send_mail
from django.urls import reverse

from core import mailbox
from core import trial as trial_site

INBOX = "/post/"


@pytest.fixture
def trial(settings, tmp_path):
    """The embedded set-up without a mail server."""
    settings.EMBEDDED = True
    settings.EMAIL_BACKEND = trial_site.FILE_BACKEND
    settings.EMAIL_FILE_PATH = str(tmp_path)


def write(subject, body="Hej", to="frida@example.dk"):
    send_mail(subject, body, None, [to])


def first_link():
    return reverse("core:mailbox-letter", args=[mailbox.mails()[0].key])


def test_inbox_lists_the_newest_first(db, client, trial):
    write("Første")
    write("Anden", to='"Åse Østergård" <ase@example.dk>')
    response = client.get(INBOX)
    assert response.status_code == 200
    assert [mail.subject for mail in response.context["page_obj"].object_list] in (
        ["Anden", "Første"],
        ["Første", "Anden"],  # a mail's Date has whole seconds
    )
    assert "Åse Østergård" in response.text


def test_inbox_without_mails_says_what_will_come(db, client, trial):
    assert client.get(INBOX).status_code == 200
    assert mailbox.mails() == []


def test_letter_has_its_links_and_no_markup(db, client, trial):
    write("Link", "Tryk: http://127.0.0.1:8000/aftaler/1/?a=1&b=2\n<script>alert(1)</script>")
    response = client.get(first_link())
    assert 'href="http://127.0.0.1:8000/aftaler/1/?a=1&amp;b=2"' in response.text
    assert "<script>alert" not in response.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in response.text


def test_letter_shows_the_text_of_a_mail_with_html(db, client, trial):
    mail = EmailMultiAlternatives("To dele", "Den læsbare", None, ["x@example.dk"])
    mail.attach_alternative("<b>Den pæne</b>", "text/html")
    mail.send()
    response = client.get(first_link())
    assert "Den læsbare" in response.text
    assert "Den pæne" not in response.text


def test_many_mails_in_one_file_are_many(db, client, trial):
    with get_connection() as connection:
        for number in range(30):
            EmailMultiAlternatives(
                f"Nr. {number}", "-" * 79 + "\nHej", None, ["x@example.dk"], connection=connection
            ).send()
    assert len(mailbox.mails()) == 30
    assert len({mail.key for mail in mailbox.mails()}) == 30
    assert client.get(INBOX, {"side": 2}).context["page_obj"].object_list != []


def test_unknown_letter_is_not_found(db, client, trial):
    assert client.get("/post/nothing/").status_code == 404


@pytest.mark.parametrize(
    "changed",
    [
        {"EMBEDDED": False},
        {"EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend"},
    ],
)
def test_box_is_gone_where_mails_really_leave(db, client, trial, settings, changed):
    write("Hemmelig")
    link = first_link()
    for name, value in changed.items():
        setattr(settings, name, value)
    assert client.get(INBOX).status_code == 404
    assert client.get(link).status_code == 404
