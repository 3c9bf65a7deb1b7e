"""Bulk uploads in the background: queued with the file, done once, told while they run."""

from __future__ import annotations

import contextlib
import io
import threading
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from accounts.models import User
from inventory_site.core.errors import BusyError, NotFound
from inventory_site.core.models import QueuedTask
from inventory_site.core.outbox.running import run_to_end
from networkroutes.errors import BulkRefused
from networkroutes.models import BulkUpload, NetworkRoute
from networkroutes.selectors import dashboard
from networkroutes.services import bulk_jobs, bulk_uploads, bulk_write
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db
HEADER = "circuit_id,location_a,location_b,underlying_carrier,expected_latency\n"
ROWS = "AAABBB000001,AAA,BBB,C,5\nAAABBB000002,AAA,BBB,C,6\n"
PAGE = "/admin/networkroutes/import/"


@pytest.fixture
def person(settings: Any) -> User:
    """An administrator; queued work waits for `bulk_jobs.run`."""
    settings.PATCHBAY_TASKS = "queue"
    return UserFactory(roles=["administrator"])


def started(person: User, text: str = HEADER + ROWS, **more: Any) -> BulkUpload:
    """Queue an upload."""
    asked = {"slug": "network_routes", "filename": "x.csv", "upsert": False, "dry_run": False}
    return bulk_jobs.start(actor=person, source=io.BytesIO(text.encode()), **{**asked, **more})


def test_a_job_waits_with_its_file_and_is_done_once(person: User) -> None:
    job = started(person)
    assert (job.outcome, job.total_rows, job.checked_rows) == ("queued", 2, 0)
    assert QueuedTask.objects.get(task="networkroutes.import_rows").args == [job.pk]
    assert bulk_uploads.known([job.file_key]) == {job.file_key}
    assert not NetworkRoute.objects.exists()

    bulk_jobs.run(job.pk)
    bulk_jobs.run(job.pk)

    job.refresh_from_db()
    assert (job.outcome, job.rows_imported, job.checked_rows) == ("done", 2, 2)
    assert job.ended_at is not None
    assert NetworkRoute.objects.get(circuit_id="AAABBB000001").created_by == person.username
    assert NetworkRoute.objects.count() == 2
    assert bulk_uploads.known([job.file_key]) == set()
    with pytest.raises(NotFound):
        bulk_jobs.apply(actor=person, upload_id=0)


def test_a_dry_run_keeps_what_it_found_and_is_applied_once(person: User) -> None:
    tried = started(person, dry_run=True)
    bulk_jobs.run(tried.pk)
    tried.refresh_from_db()
    assert (tried.outcome, tried.preview["inserted"]) == ("dry_run", 2)
    assert tried.preview["rows"][1] == {"row": 3, "action": "insert", "key": "AAABBB000002"}
    assert not NetworkRoute.objects.exists()

    job = bulk_jobs.apply(actor=person, upload_id=tried.pk)
    with pytest.raises(NotFound, match="The file is gone"):
        bulk_jobs.apply(actor=person, upload_id=tried.pk)
    with pytest.raises(BulkRefused):
        bulk_jobs.apply(actor=person, upload_id=job.pk)
    bulk_jobs.run(job.pk)

    assert NetworkRoute.objects.count() == 2


def test_wrong_lines_refuse_the_whole_job(person: User) -> None:
    job = started(person, HEADER + ROWS + "bad,A,B,C,1\n")

    bulk_jobs.run(job.pk)

    job.refresh_from_db()
    assert (job.outcome, job.invalid_rows) == ("refused", 1)
    assert job.errors == ["Row 4: circuit_id must be six capital letters and six digits"]
    assert not NetworkRoute.objects.exists()


def test_a_busy_database_lets_the_job_wait(person: User, monkeypatch: Any) -> None:
    def busy(*args: Any, **kwargs: Any) -> None:
        raise BusyError("Somebody else is changing this; try again in a moment.")

    job = started(person)
    with monkeypatch.context() as patched, pytest.raises(BusyError):
        patched.setattr(bulk_write, "_write_chunk", busy)
        bulk_jobs.run(job.pk)

    job.refresh_from_db()
    assert job.outcome == "queued"
    bulk_jobs.run(job.pk)
    assert NetworkRoute.objects.count() == 2


def test_a_job_that_the_queue_has_given_up_ends_and_says_so(
    person: User, monkeypatch: Any, admin_page: Client
) -> None:
    def busy(*args: Any, **kwargs: Any) -> None:
        raise BusyError("Somebody else is changing this; try again in a moment.")

    job, waiting = started(person), started(person)
    queued = QueuedTask.objects.get(args=[job.pk])
    with monkeypatch.context() as patched:
        patched.setattr(bulk_write, "_write_chunk", busy)
        run_to_end(queued.pk)
    queued.refresh_from_db()
    assert (queued.status, queued.attempts) == ("failed", 6)

    assert [bulk_jobs.end_given_up(), bulk_jobs.end_given_up()] == [1, 0]

    job.refresh_from_db()
    assert (job.outcome, job.errors, job.is_open) == ("failed", [bulk_jobs.GIVEN_UP], False)
    assert bulk_uploads.known([job.file_key]) == set()
    assert bulk_jobs.GIVEN_UP in admin_page.get(f"{PAGE}{job.pk}/").content.decode()
    waiting.refresh_from_db()
    assert waiting.outcome == "queued"
    assert not NetworkRoute.objects.exists()


def test_what_breaks_off_is_said_and_nothing_is_written(person: User, monkeypatch: Any) -> None:
    job = started(person)
    with monkeypatch.context() as patched, pytest.raises(ZeroDivisionError):
        patched.setattr(bulk_write, "_instance", lambda *args: 1 / 0)
        bulk_jobs.run(job.pk)

    job.refresh_from_db()
    assert (job.outcome, job.errors) == ("failed", ["The upload broke off."])
    assert not NetworkRoute.objects.exists()


def test_progress_is_seen_while_lines_are_checked(person: User, monkeypatch: Any) -> None:
    lines = "".join(f"BULKXX{number:06d},AAA,BBB,C,1\n" for number in range(1_200))
    job, seen = started(person, HEADER + lines), []
    real = BulkUpload.objects.filter

    def watched(**wanted: Any) -> Any:
        row = real(pk=job.pk).values_list("outcome", "checked_rows")[0]
        if row not in seen:
            seen.append(row)
        return real(**wanted)

    monkeypatch.setattr(bulk_jobs.BulkUpload.objects, "filter", watched)
    bulk_jobs.run(job.pk)

    assert seen == [("queued", 0), ("checking", 0), ("checking", 500), ("checking", 1000)]


def test_the_page_queues_a_large_file_shows_it_and_applies_it(
    admin_page: Client, settings: Any, monkeypatch: Any
) -> None:
    settings.PATCHBAY_TASKS = "queue"
    monkeypatch.setattr(bulk_jobs, "INLINE_BYTES", 10)
    file = SimpleUploadedFile("rows.csv", (HEADER + ROWS).encode(), "text/csv")

    sent = admin_page.post(PAGE, {"module": "network_routes", "csv_file": file})
    job = BulkUpload.objects.get()
    waiting = admin_page.get(sent.url)
    card = dashboard.imports(admin_page.user)
    progress = admin_page.get(f"{sent.url}progress/").json()

    assert sent.url == f"{PAGE}{job.pk}/"
    assert b"A worker does this" in waiting.content
    assert card.lines[0].text == "rows.csv into network routes"
    assert card.lines[0].note == "waiting, 0 of 2"
    assert progress == {"is_open": True, "word": "Waiting", "checked": 0, "total": 2}

    bulk_jobs.run(job.pk)
    shown = admin_page.get(sent.url)
    lines = b"".join(admin_page.get(shown.context["lines_url"]).streaming_content).decode()
    applied = admin_page.post(sent.url)
    bulk_jobs.run(BulkUpload.objects.latest("pk").pk)
    done = admin_page.get(applied.url)

    assert [row["key"] for row in shown.context["rows"]] == ["AAABBB000001", "AAABBB000002"]
    assert lines.splitlines()[1] == "2,insert,AAABBB000001,,"
    assert b"<b>2</b> created" in done.content
    assert admin_page.post(sent.url).status_code == 404
    assert dashboard.imports(admin_page.user).lines == []


def test_a_native_upload_may_run_in_the_background(api: Any, settings: Any) -> None:
    settings.PATCHBAY_TASKS = "queue"
    client = api("administrator")
    body = {
        "module": "network_routes",
        "file": SimpleUploadedFile("rows.csv", (HEADER + ROWS).encode(), "text/csv"),
        "background": "true",
    }

    answer = client.post("/api/bulk-uploads", body, format="multipart")
    job = answer.json()["data"]
    bulk_jobs.run(job["id"])
    ended = client.get(f"/api/bulk-uploads/{job['id']}").json()["data"]

    assert (answer.status_code, job["outcome"]) == (202, "queued")
    assert (ended["outcome"], ended["rows_imported"], ended["checked_rows"]) == ("done", 2, 2)


def test_only_administrators_see_and_start_jobs(person: User) -> None:
    job = started(person)
    page = Client()
    page.force_login(UserFactory(roles=["provisioner"]))

    for path in (f"{PAGE}{job.pk}/", f"{PAGE}{job.pk}/progress/", f"{PAGE}{job.pk}/lines.csv"):
        assert page.get(path).status_code == 403
    assert page.post(f"{PAGE}{job.pk}/").status_code == 403


@pytest.mark.soak
@pytest.mark.django_db(transaction=True)
def test_two_jobs_of_100000_rows_at_once_write_them_once(person: User) -> None:
    lines = "".join(f"BULKXX{number:06d},AAA,BBB,C,1\n" for number in range(100_000))
    jobs = [started(person, HEADER + lines) for _ in range(2)]
    gate = threading.Barrier(2)

    def run(job: BulkUpload) -> None:
        gate.wait()
        try:
            while BulkUpload.objects.get(pk=job.pk).is_open:
                with contextlib.suppress(BusyError):
                    bulk_jobs.run(job.pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[job]) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    ended = BulkUpload.objects.order_by("outcome").values_list("outcome", "rows_imported")
    assert list(ended) == [("done", 100_000), ("refused", 0)]
    assert NetworkRoute.objects.count() == 100_000
