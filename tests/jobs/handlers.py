"""Kinds of jobs for the tests of jobs."""

from config.base import jobs

calls = []
actions = {}


@jobs.handler("test.work")
def work(job):
    calls.append((job.id, job.attempt))
    action = actions.get("work")
    if action:
        action(job)
