"""Files on the running site, on disk and in S3: kills, memory, slow readers."""

import contextlib
import os
import time

import pytest

from tests.live.file_site import (
    MIB,
    OPEN,
    Memory,
    Upload,
    add_circuit,
    archive,
    ask,
    connection_to,
    download,
    listed,
    new_key,
    slow_readers,
    upload,
)
from tests.peers.process import wait_for
from tests.peers.site import home


@pytest.fixture(scope="module", params=["disk", "s3"])
def place(request):
    """A site's home whose files lie on disk or in S3, and nobody else's there."""
    more = {}
    if request.param == "s3":
        server = request.getfixturevalue("s3")
        server.empty()
        more = server.env
    with home({**OPEN, **more, "STREAMS_PER_PROCESS": "8"}) as made:
        yield made


@pytest.fixture(scope="module")
def key(place):
    """An API key of the site."""
    return new_key(place)


@pytest.fixture
def site(place, serve):
    """The site, served anew for each test."""
    return serve(place, threads=12)


def spooled(place):
    return list((place.folder / "var/tmp").iterdir())


def test_a_server_killed_in_the_middle_of_an_upload_lists_nothing_and_the_sweep_cleans(
    place, site, serve
):
    circuit = add_circuit(site)
    upload(site, circuit, 100, "before.sor")
    sender = Upload(site, circuit, 40 * MIB)
    sender.send(20 * MIB)
    wait_for(lambda: any(path.stat().st_size > 10 * MIB for path in spooled(place)))

    site.process.kill()
    again = serve(place)

    assert listed(again, circuit) == ["before.sor"]
    assert len(spooled(place)) == 1
    swept = place.manage("sweep_files", "--older-than-hours", "0").stdout
    assert "; 0 without a row and 1 interrupted writes removed." in swept
    assert spooled(place) == []
    assert listed(again, circuit) == ["before.sor"]


def test_an_upload_of_200_mb_and_the_zip_of_it_leave_memory_flat(place, site, key):
    circuit = add_circuit(site)
    upload(site, circuit, 6 * MIB, "warm-up.sor")
    memory = Memory(site.process.pid)

    upload(site, circuit, 200 * MIB)
    uploaded = memory.growth_mib()
    memory = Memory(site.process.pid)
    sent, read = download(site, archive(circuit), key)

    assert sent == read > 206 * MIB
    assert sorted(listed(site, circuit)) == ["trace.sor", "warm-up.sor"]
    assert uploaded < 150
    assert memory.growth_mib() < 150
    assert spooled(place) == []


def test_a_zip_of_a_gigabyte_leaves_memory_flat(place, site, key):
    if "S3_ENDPOINT_URL" in place.env:
        pytest.skip("the S3 test server keeps every byte in memory")
    circuit = add_circuit(site)
    folder = place.folder / "var/media/docs/networkroutes/test-results"
    before = set(folder.iterdir()) if folder.exists() else set()
    for number in range(4):
        upload(site, circuit, 1, f"{number}.sor")
    for blob in set(folder.iterdir()) - before:
        os.truncate(blob, 256 * MIB)
    memory = Memory(site.process.pid)

    sent, read = download(site, archive(circuit), key)

    assert sent == read > 1024 * MIB
    assert memory.growth_mib() < 150


def test_slow_readers_do_not_keep_short_requests_waiting(site, key):
    circuit = add_circuit(site)
    upload(site, circuit, 30 * MIB)

    with slow_readers(site, archive(circuit), 20, key) as heads:
        statuses = [head.split(b" ", 2)[1] for head in heads]
        refused = next(head for head in heads if b" 503 " in head)
        began = time.monotonic()
        answers = [ask(site, "GET", "/health")[0] for _ in range(10)]
        took = time.monotonic() - began

    assert (statuses.count(b"200"), statuses.count(b"503")) == (8, 12)
    assert b"retry-after: " in refused.lower()
    assert answers == [200] * 10
    assert took < 10
    wait_for(lambda: is_free(site, archive(circuit), key))


def is_free(site, path, key):
    """Whether a stream may be opened again."""
    with contextlib.closing(connection_to(site)) as connection:
        connection.request("GET", path, headers={"X-API-Key": key})
        return connection.getresponse().status == 200
