"""P16: a Celery application of one task, on the transport that the environment names."""

import os
import time
from pathlib import Path

from celery import Celery
from kombu.transport import TRANSPORT_ALIASES

TRANSPORT_ALIASES["patchbay"] = "inventory_site.core.queue:Transport"
FOLDER = Path(os.environ.get("P16_FOLDER", "."))
STOCK = {
    "data_folder_in": str(FOLDER / "messages"),
    "data_folder_out": str(FOLDER / "messages"),
    "control_folder": str(FOLDER / "control"),
    "polling_interval": 0.05,
}
OURS = {"folder": str(FOLDER / "queue")}
TRANSPORT = os.environ.get("P16_TRANSPORT", "stock")
BROKER, OPTIONS = {
    "stock": ("filesystem://localhost", STOCK),
    "ours": ("patchbay://localhost", OURS),
    "redis": (os.environ.get("P16_REDIS", ""), {}),
}[TRANSPORT]

app = Celery("p16", broker=BROKER, set_as_current=False)
app.conf.update(
    broker_transport_options=OPTIONS,
    task_acks_late=True,
    task_ignore_result=True,
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
)


@app.task(name="p16.note")
def note(number: int) -> None:
    """Add one line: which task, and when it was done."""
    notes = os.open(FOLDER / "notes", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(notes, f"{number} {time.time():.6f}\n".encode())
    os.close(notes)
