"""Many at once: one PDF, a zip, and the zip for the records system; by a job, with progress."""

import contextlib
import csv
import io
import json
import zipfile
from datetime import timedelta

import pikepdf
import pytest
from django.urls import reverse
from django.utils import timezone

from agreements import board, queries
from agreements.actions import documents as document_actions
from agreements.models import Document, JournalEntry
from agreements.tests import factories
from coordination.tests import factories as people
from core import jobs, pdf, policies
from core.models import AccessSubject, Job, JobState, Message
from core.periods import today

pytestmark = pytest.mark.django_db


@pytest.fixture
def site(here, manager):
    site = people.make_site(here)
    factories.make_terms(site.activity, by=manager)
    return site


def somebody(site, name):
    volunteer = people.make_volunteer(name, birth_year=1960)
    people.make_engagement(volunteer, site)
    return volunteer


def signed(site, name, *, by):
    """Concluded on paper, its signed document made."""
    agreement = factories.make_concluded(somebody(site, name), by=by)
    job = Job.objects.get(key=f"seal:{agreement.pk}")
    assert jobs.run(job.pk)
    return agreement


@pytest.fixture
def two(site, coordinator):
    """One signed agreement and one that waits, in the opposite order of their names."""
    return [
        factories.make_sent(somebody(site, "Åse Anden"), by=coordinator),
        signed(site, "Bo Berg", by=coordinator),
    ]


def fetch(client, page):
    """The file behind a job's page, after the worker has made it."""
    job = Job.objects.latest("pk")
    assert page.headers["Location"] == reverse("core:job", args=[job.pk])
    assert jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.progress_done) == (JobState.DONE, job.progress_total)
    return b"".join(client.get(reverse("core:job-result", args=[job.pk])).streaming_content)


def order(client, site, **fields):
    values = {"activity": site.activity_id, "form": "pdf"} | fields
    return client.post(reverse("agreements:agreement-batch"), values)


def pages_of(agreement, kind):
    content = bytes(agreement.documents.get(kind=kind).content)
    with pikepdf.open(io.BytesIO(content)) as document:
        return len(document.pages)


@pytest.mark.parametrize("double_sided", [False, True])
def test_one_pdf_holds_everybodys_newest_document(client, two, site, coordinator, double_sided):
    client.force_login(coordinator)
    asked = {"double_sided": "on"} if double_sided else {}

    content = fetch(client, order(client, site, **asked))

    counts = [pages_of(two[1], "signed"), pages_of(two[0], "text")]
    if double_sided:
        counts = [count + count % 2 for count in counts]
    with pikepdf.open(io.BytesIO(content)) as joined:
        assert len(joined.pages) == sum(counts)
    seen = set(AccessSubject.objects.values_list("person_id", flat=True))
    assert {one.volunteer_id for one in two} <= seen


def test_zip_holds_one_file_each(client, two, site, coordinator):
    client.force_login(coordinator)

    content = fetch(client, order(client, site, form="zip"))

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == [f"aftale-{two[1].number}.pdf", f"aftale-{two[0].number}.pdf"]
        newest = Document.objects.get(agreement=two[1], kind="signed")
        assert pdf.sha256(archive.read(archive.namelist()[0])) == newest.sha256


def test_activities_of_others_cannot_be_chosen(client, two, site, coordinator_elsewhere):
    client.force_login(coordinator_elsewhere)
    assert order(client, site).status_code == 200
    assert Job.objects.filter(name="agreements.batch").count() == 0


def test_journal_zip_has_the_files_and_their_metadata(client, two, site, coordinator, manager):
    policies.set("journal.kle_number", "00.16.00", by=manager)
    policies.set("journal.kle_facet", "P20", by=manager)
    client.force_login(coordinator)
    address = reverse("agreements:agreement-journal")

    content = fetch(client, client.post(address, {"deed": "zip", "reference": "00.16.00-P20-21"}))

    document = Document.objects.get(kind="signed")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        rows = list(
            csv.DictReader(
                archive.read("metadata.csv").decode("utf-8-sig").splitlines(), delimiter=";"
            )
        )
        assert json.loads(archive.read("metadata.json")) == rows
        [row] = rows
        assert pdf.sha256(archive.read(row["fil"])) == row["sha256"] == document.sha256
    assert (row["part"], row["partstype"], row["dato"]) == (
        "Bo Berg",
        "person",
        today().isoformat(),
    )
    assert (row["kle_nummer"], row["kle_facet"], row["sagsnummer"]) == (
        "00.16.00",
        "P20",
        "00.16.00-P20-21",
    )


def test_marked_agreements_leave_the_list_and_the_board(client, two, coordinator, here):
    client.force_login(coordinator)
    address = reverse("agreements:agreement-journal")
    number = board.number("journal")
    assert number.permitted(coordinator, today()).count() == 1

    chosen = [two[0].pk, two[1].pk]
    client.post(address, {"deed": "mark", "reference": " 2026/17 ", "chosen": chosen})

    entry = JournalEntry.objects.get()
    assert (entry.agreement, entry.reference, entry.recorded_by) == (two[1], "2026/17", coordinator)
    assert number.permitted(coordinator, today()).count() == 0
    page = client.get(reverse("agreements:agreement-detail", args=[two[1].pk]))
    assert "2026/17" in page.content.decode()


def test_marking_without_a_reference_says_so_and_marks_nothing(client, two, coordinator):
    client.force_login(coordinator)
    page = client.post(
        reverse("agreements:agreement-journal"), {"deed": "mark", "chosen": [two[1].pk]}
    )
    assert page.context["form"].errors["reference"]
    assert JournalEntry.objects.count() == 0


@pytest.fixture
def broken_renderer(settings, tmp_path):
    """Inside `with broken_renderer():` the fonts are gone, and the real renderer says no."""

    @contextlib.contextmanager
    def broken():
        folders = settings.STATICFILES_DIRS
        style = folders[0] / "pdf" / "document.css"
        (tmp_path / "pdf").mkdir(exist_ok=True)
        (tmp_path / "pdf" / "document.css").write_bytes(style.read_bytes())
        settings.STATICFILES_DIRS = [tmp_path]
        pdf.style.cache_clear()
        try:
            yield
        finally:
            settings.STATICFILES_DIRS = folders
            pdf.style.cache_clear()

    return broken


def test_a_text_that_cannot_be_made_is_not_sent_and_says_so(
    client, site, coordinator, broken_renderer
):
    draft = factories.make_draft(somebody(site, "Bo Berg"), by=coordinator)
    client.force_login(coordinator)

    with broken_renderer():
        page = client.post(reverse("agreements:agreement-send", args=[draft.pk]))
    draft.refresh_from_db()
    assert (page.status_code, page.context["error"].code) == (409, "not_rendered")
    assert (draft.state, draft.documents.count()) == ("draft", 0)
    assert not Message.objects.filter(kind="agreements.link").exists()

    assert client.post(page.request["PATH_INFO"]).status_code == 302


def test_sending_many_tries_again_when_the_renderer_fails(site, coordinator, broken_renderer):
    draft = factories.make_draft(somebody(site, "Bo Berg"), by=coordinator)
    job = jobs.enqueue(
        "agreements.send", key="send:x", agreement_id=draft.pk, user_id=coordinator.pk
    )
    with broken_renderer():
        assert not jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempts) == (JobState.QUEUED, 1)


def test_a_renderer_that_fails_leaves_the_state_and_is_tried_again(
    client, site, coordinator, broken_renderer
):
    """And until the document is there, the coordinator is told on the agreement's page."""
    agreement = factories.make_concluded(somebody(site, "Bo Berg"), by=coordinator)
    job = Job.objects.get(key=f"seal:{agreement.pk}")
    with broken_renderer():
        assert not jobs.run(job.pk)
    job.refresh_from_db()
    agreement.refresh_from_db()
    assert (job.state, agreement.state, agreement.documents.count()) == ("queued", "concluded", 1)

    an_hour_ago = timezone.now() - queries.SEALED_WITHIN - timedelta(minutes=1)
    type(agreement).objects.update(concluded_at=an_hour_ago)
    Job.objects.filter(pk=job.pk).update(state="failed", finished_at=job.not_before)
    client.force_login(coordinator)
    page = client.get(reverse("agreements:agreement-detail", args=[agreement.pk]))
    assert page.context["document_is_late"]

    jobs.retry(job.pk)
    assert jobs.run(job.pk)
    assert agreement.documents.filter(kind="signed").exists()
    assert document_actions.seal(agreement_id=agreement.pk, finish=None).kind == "signed"
