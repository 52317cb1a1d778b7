"""The pages of jobs and of operations in a real browser, on a desk and on a phone."""

import pytest
from django.urls import reverse

from core import alerts, jobs, wake
from core.models import Job, JobState
from core.tests.browser import DESK, PHONE, assert_accessible
from core.tests.test_long_jobs import now_do

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def no_broker(monkeypatch):
    monkeypatch.setattr(wake, "send", lambda wake: True)


@pytest.mark.parametrize("width", [DESK, PHONE])
def test_the_page_of_a_job_follows_it_to_its_end(visit, manager, width):
    job = now_do(jobs.start("tests.list", by=manager, stumbles_at=6))
    page = visit(reverse("core:job", args=[job.pk]), user=manager, width=width)
    assert page.locator("progress").get_attribute("value") == "40"
    assert_accessible(page)
    now_do(job)
    page.locator(f'a[href$="{reverse("core:job-result", args=[job.pk])}"]').wait_for()
    assert page.locator("progress").count() == 0
    page.locator("#job-said", has_text=" ").wait_for(state="attached")
    assert_accessible(page)


def test_without_javascript_the_page_of_a_job_looks_again_itself(visit, manager):
    job = now_do(jobs.start("tests.list", by=manager, stumbles_at=6))
    page = visit(reverse("core:job", args=[job.pk]), user=manager, javascript=False)
    now_do(job)
    page.locator(f'a[href$="{reverse("core:job-result", args=[job.pk])}"]').wait_for()


@pytest.mark.parametrize("width", [DESK, PHONE])
def test_the_operations_page_with_something_wrong(visit, manager, width):
    job = now_do(jobs.start("tests.list", by=manager, stumbles_at=6))
    Job.objects.filter(pk=job.pk).update(state=JobState.FAILED, finished_at=job.created_at)
    alerts.check()
    page = visit(reverse("core:operations"), user=manager, width=width)
    assert page.get_by_text("tests.list").count() >= 1
    assert_accessible(page)
