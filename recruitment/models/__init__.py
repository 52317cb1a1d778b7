"""Recruitment's rows: what is open, and who would like to help."""

from recruitment.models.application import Application, Channel
from recruitment.models.opportunity import Opportunity

__all__ = ["Application", "Channel", "Opportunity"]
