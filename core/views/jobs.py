"""The pages of a long job, for the person who started it: how far, stop, go on, fetch the file."""

from django.contrib import messages
from django.http import Http404, StreamingHttpResponse
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import jobs, results
from core.models import Job, JobState
from core.views import ActionView, DetailView, ListView

STOP_POLLING = 286  # htmx asks no more after this answer


class OwnJobs:
    """What one has started oneself; everybody else's does not exist."""

    model = Job
    own = True

    def rows(self):
        return jobs.started_by_people()

    def page_of(self, job):
        return reverse("core:job", args=[job.pk])


class JobListView(OwnJobs, ListView):
    template_name = "jobs/list.html"

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        for row in context["rows"]:
            row.title = jobs.title_of(row)
        return context


class JobDetailView(OwnJobs, DetailView):
    """The whole page, or for htmx only what changes while the job runs."""

    template_name = "jobs/detail.html"

    def get_template_names(self):
        return ["jobs/_state.html"] if self.request.htmx else [self.template_name]

    def get_context_data(self, **kwargs):
        job = self.object
        return super().get_context_data(**kwargs) | {
            "job": job,
            "title": jobs.title_of(job),
            "result": results.fetchable(job),
            "onward": jobs.page_of(job),
            "percent": _percent(job),
            "unfinished": not job.is_finished,
            "polled": bool(self.request.htmx),
        }

    def render_to_response(self, context, **kwargs):
        if self.request.htmx and self.object.is_finished:
            kwargs["status"] = STOP_POLLING
        return super().render_to_response(context, **kwargs)


class JobDeedView(OwnJobs, ActionView):
    """Asks first; a page of its own works without JavaScript."""

    question = action = ""

    def get_context_data(self, **kwargs):
        job, title = self.object, jobs.title_of(self.object)
        return super().get_context_data(**kwargs) | {
            "heading": title,
            "question": self.question,
            "action": self.action,
            "cancel_url": self.page_of(job),
            "crumbs": [
                {"text": _("Start"), "url": reverse("start")},
                {"text": _("Started jobs"), "url": reverse("core:job-list")},
                {"text": title, "url": self.page_of(job)},
                {"text": self.action, "url": ""},
            ],
        }


class JobCancelView(JobDeedView):
    question = gettext_lazy("Shall the job be stopped? You can let it go on later.")
    action = gettext_lazy("Stop the job")

    def perform(self):
        if jobs.stop(self.object, by=self.request.user):
            messages.success(self.request, _("The job has been stopped."))
        else:
            messages.info(self.request, _("The job had finished before you stopped it."))
        return self.page_of(self.object)


class JobResumeView(JobDeedView):
    action = gettext_lazy("Let it go on")
    success_message = gettext_lazy("The job is in the queue again.")

    @property
    def question(self):
        """Not every job has marked where it was (`Run.checkpoint`)."""
        if self.object.reached is None:
            return _("Shall the job begin anew?")
        return _("Shall the job go on from where it was?")

    def perform(self):
        jobs.resume(self.object, by=self.request.user)
        return self.page_of(self.object)


class JobResultView(OwnJobs, DetailView):
    """The file itself, for its limited time, as long as one may still see what is in it."""

    def get(self, request, *args, **kwargs):
        job = self.get_object()
        result, kind = results.fetchable(job), jobs.kind_of(job)
        if result is None or kind is None:
            raise Http404
        self.permission = kind.permission
        self.require_permission()
        results.record_fetch(request, result)
        response = StreamingHttpResponse(results.chunks(result), content_type=result.content_type)
        response["Content-Length"] = result.size
        response["Content-Disposition"] = content_disposition_header(True, result.name)
        response["Cache-Control"] = "private, no-store"
        return response


def _percent(job):
    if job.state == JobState.DONE:
        return 100
    if not job.progress_total:
        return None
    return min(100, job.progress_done * 100 // job.progress_total)
