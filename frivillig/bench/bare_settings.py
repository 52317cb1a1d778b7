"""A bare Django project on the same database: the middleware that `startproject` writes.

The floor is held against it, so that our own middleware cannot hide in the floor.
"""

from frivillig.bench.settings import *  # noqa: F403

# allauth insists on its own middleware while it starts; `bare_wsgi` then takes these.
BARE_MIDDLEWARE = [
    "frivillig.bench.counting.CountQueriesMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "frivillig.bench.bare_urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
