"""A process that kills itself at a statement of a job: `python -m tests.jobs.dying JOB STATEMENT before|after`.

It starts from nothing: a fork of the tests would hold what they hold, their sockets and their threads' locks.
"""

import sys

import django


def main(job_id, statement, when):
    django.setup()
    from django.db import connection

    from config.base.tasks import run_job
    from tests.jobs.closing import Counter, die

    with connection.execute_wrapper(Counter(int(statement), die, before=when == "before")):
        run_job(job_id=int(job_id))


if __name__ == "__main__":
    main(*sys.argv[1:])
