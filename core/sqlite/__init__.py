"""Django's SQLite backend, made safe for several processes and right for Danish."""
