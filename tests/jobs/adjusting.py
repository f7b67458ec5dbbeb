"""A worker process for tests of cost adjustment: takes queued jobs from the table, without a broker, till it dies.

Small batches, and a pause at each computed item: a kill falls between or into them.
"""

import random
import sys
import time


def main():
    import django

    django.setup()

    from config.base.models import Job, JobState
    from config.base.tasks import run_job
    from costing.adjustment import runs, steps

    runs.BATCH_ITEMS = 4
    compute = steps.compute

    def slowly(loaded, terms):
        time.sleep(random.uniform(0, 0.04))
        return compute(loaded, terms)

    steps.compute = slowly
    print("ready", flush=True)
    while True:
        queued = Job.objects.filter(state=JobState.QUEUED, kind__startswith="adjust_cost")
        job = queued.order_by("pk").first()
        if job is None:
            time.sleep(0.02)
        else:
            run_job(job_id=job.pk)


if __name__ == "__main__":
    sys.exit(main())
