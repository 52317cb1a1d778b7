"""Coordination's reminders: which rules there are. Each is computed from dates, set-based; sent
once per recipient, matter and day (see `core.schedule`)."""
