from django.urls import path

from core import mailbox, public, styleguide
from core.views import jobs as job_pages
from core.views import operations as operation_pages

app_name = "core"
urlpatterns = [
    path("opgaver/", job_pages.JobListView.as_view(), name="job-list"),
    path("opgaver/<int:pk>/", job_pages.JobDetailView.as_view(), name="job"),
    path("opgaver/<int:pk>/stop/", job_pages.JobCancelView.as_view(), name="job-cancel"),
    path("opgaver/<int:pk>/igen/", job_pages.JobResumeView.as_view(), name="job-resume"),
    path("opgaver/<int:pk>/fil/", job_pages.JobResultView.as_view(), name="job-result"),
    path("drift/", operation_pages.OperationsView.as_view(), name="operations"),
    path("drift/igen/<str:name>/", operation_pages.RetryAllView.as_view(), name="jobs-retry"),
    path("logo", public.logo, name="logo"),
    path("post/", mailbox.inbox, name="mailbox"),
    path("post/<slug:key>/", mailbox.letter, name="mailbox-letter"),
    path("sprog/", public.set_language, name="set-language"),
    path("afmeld/<str:token>/", public.unsubscribe_page, name="unsubscribe"),
    path("was", public.accessibility, name="accessibility"),
    path("stilguide/", styleguide.page, name="styleguide"),
    path("stilguide/opslag/", styleguide.lookup, name="styleguide-lookup"),
]
