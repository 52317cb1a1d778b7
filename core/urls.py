from django.urls import path

from core import mailbox, public, styleguide

app_name = "core"
urlpatterns = [
    path("logo", public.logo, name="logo"),
    path("post/", mailbox.inbox, name="mailbox"),
    path("post/<slug:key>/", mailbox.letter, name="mailbox-letter"),
    path("sprog/", public.set_language, name="set-language"),
    path("was", public.accessibility, name="accessibility"),
    path("stilguide/", styleguide.page, name="styleguide"),
    path("stilguide/opslag/", styleguide.lookup, name="styleguide-lookup"),
]
