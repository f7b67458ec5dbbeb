"""Kinds of jobs for the tests of jobs."""

import time

from config.base import jobs

calls = []
actions = {}


@jobs.handler("test.work")
def work(job):
    calls.append((job.id, job.attempt))
    action = actions.get("work")
    if action:
        action(job)


@jobs.handler("test.sleep")
def sleep(job):
    time.sleep(job.parameters["seconds"])
