from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.urls import path

app_name = "recruitment"
urlpatterns = [
    path(
        "bliv-frivillig/",
        login_not_required(lambda r: HttpResponse("soon")),
        name="opportunity-list",
    )
]
