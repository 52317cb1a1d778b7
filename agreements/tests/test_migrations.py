"""What was signed before a migration is still there, and still true, after it."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from agreements.models import Agreement, Signature, SigningCode
from coordination.tests import factories as people
from core.periods import today

pytestmark = pytest.mark.django_db(transaction=True)

BEFORE = ("agreements", "0005_reminder_indexes")
DAY = timedelta(days=1)


class Past:
    """The database as it was before living agreements, and the way back to now."""

    def __init__(self):
        self._now = MigrationExecutor(connection).loader.graph.leaf_nodes()

    def go(self):
        """Go back; a function from (app, name) to the model as it was."""
        executor = MigrationExecutor(connection)
        executor.migrate([BEFORE])
        return executor.loader.project_state([BEFORE]).apps.get_model

    def come_back(self):
        MigrationExecutor(connection).migrate(self._now)


@pytest.fixture
def past():
    past = Past()
    yield past
    past.come_back()


def _signed(model, volunteer, branch, by):
    """An agreement signed by link, as it was written then, and a code under way."""
    now = timezone.now()
    version = model("agreements", "TemplateVersion").objects.create(
        template=model("agreements", "AgreementTemplate").objects.create(key="gl", title="Gammel"),
        number=1,
    )
    agreement = model("agreements", "Agreement").objects.create(
        number="2025-000001",
        branch_id=branch.pk,
        volunteer_id=volunteer.pk,
        version=version,
        starts_on=today() - 30 * DAY,
        state="concluded",
        created_at=now - 40 * DAY,
        created_by_id=by.pk,
        sent_at=now - 39 * DAY,
        sent_by_id=by.pk,
        concluded_at=now - 35 * DAY,
    )
    model("agreements", "Signature").objects.create(
        agreement=agreement,
        party="volunteer",
        signer_name="Frida Frivillig",
        method="link",
        signed_on=today() - 35 * DAY,
        text_sha256="a" * 64,
        recorded_at=now - 35 * DAY,
    )
    model("agreements", "SigningCode").objects.create(
        agreement=agreement, party="volunteer", nonce="x", created_at=now, expires_at=now + DAY
    )


def test_signatures_by_link_from_before_their_address_was_kept(past, here, coordinator):
    volunteer = people.make_volunteer("Frida Frivillig")
    _signed(past.go(), volunteer, here, coordinator)

    past.come_back()

    signature = Signature.objects.get()
    assert (signature.signer_name, signature.text_sha256) == ("Frida Frivillig", "a" * 64)
    assert (signature.channel, signature.sent_to) == ("email", "***")
    agreement = Agreement.objects.get()
    assert agreement.in_force_from == agreement.starts_on
    assert not SigningCode.objects.exists()
    with pytest.raises(DatabaseError), transaction.atomic():
        Signature.objects.update(signer_name="En anden")
