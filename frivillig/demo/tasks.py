"""The demo's background work: the documents of agreements that were concluded long ago."""

from core import jobs
from core.models import Queue
from frivillig.demo import papers


@jobs.job(papers.JOB, queue=Queue.BULK, lease=180, atomic=False)
def finish_agreement(run, *, agreement_id, leader_id, method):
    """Make one agreement's text, signatures and signed document; again is harmless."""
    papers.finish(agreement_id=agreement_id, leader_id=leader_id, method=method, storing=run.finish)
