"""The bare project's web process: the site's apps, and only `startproject`'s middleware."""

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler

django.setup()
settings.MIDDLEWARE = settings.BARE_MIDDLEWARE
application = WSGIHandler()
