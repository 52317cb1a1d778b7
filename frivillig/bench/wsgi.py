"""What the bench's web processes serve; the settings' name comes from the environment."""

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
