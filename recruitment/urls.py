"""Recruitment's addresses: the public site first, then staff."""

from django.urls import path

from recruitment.views import activities, applications, interest, opportunities, portal

app_name = "recruitment"
urlpatterns = [
    path("bliv-frivillig/", portal.OpportunityListView.as_view(), name="opportunity-list"),
    path(
        "bliv-frivillig/<int:pk>/",
        portal.OpportunityDetailView.as_view(),
        name="opportunity-detail",
    ),
    path(
        "bliv-frivillig/aktiviteter/<int:pk>/",
        activities.PublicActivityView.as_view(),
        name="public-activity",
    ),
    path("bliv-frivillig/<int:pk>/tilmeld/", portal.SignUpView.as_view(), name="sign-up"),
    path("bliv-frivillig/<int:pk>/tak/", portal.ThanksView.as_view(), name="sign-up-thanks"),
    path("stadig-interesseret/<str:token>/", interest.InterestView.as_view(), name="interest"),
    path("om-at-vaere-frivillig/", portal.about_volunteering, name="about"),
    path("privatliv/", portal.privacy_notice, name="privacy-notice"),
    path("henvendelser/", applications.ApplicationListView.as_view(), name="application-list"),
    path(
        "henvendelser/<int:pk>/",
        applications.ApplicationDetailView.as_view(),
        name="application-detail",
    ),
    path(
        "henvendelser/<int:pk>/sig-ja/",
        applications.ApplicationAcceptView.as_view(),
        name="application-accept",
    ),
    path(
        "henvendelser/<int:pk>/sig-nej/",
        applications.ApplicationDeclineView.as_view(),
        name="application-decline",
    ),
    path(
        "opslag/", opportunities.OpportunityAdminListView.as_view(), name="opportunity-admin-list"
    ),
    path("opslag/nyt/", opportunities.OpportunityCreateView.as_view(), name="opportunity-create"),
    path(
        "opslag/<int:pk>/",
        opportunities.OpportunityAdminDetailView.as_view(),
        name="opportunity-admin-detail",
    ),
    path(
        "opslag/<int:pk>/ret/",
        opportunities.OpportunityChangeView.as_view(),
        name="opportunity-change",
    ),
    path(
        "opslag/<int:pk>/aabn/",
        opportunities.OpportunityOpenView.as_view(),
        name="opportunity-open",
    ),
    path(
        "opslag/<int:pk>/luk/",
        opportunities.OpportunityCloseView.as_view(),
        name="opportunity-close",
    ),
]
