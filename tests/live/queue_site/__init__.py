"""A site with one more app, whose task leaves a trace; for proofs of worker and broker.

`python -m tests.live.queue_site enqueue FIRST COUNT MS` queues that many tasks of that length;
`… counts` prints how many rows stand where, as JSON.
"""

NOTES = "notes.txt"
