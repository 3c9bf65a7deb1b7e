"""The image and the composition, as far as they can be checked without a container engine."""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import Any

import pytest
import yaml

from inventory_site.settings import files
from tests.architecture.house import ROOT

SECRETS = ("SECRET_KEY", "VAULT_KEYS", "POSTGRES_PASSWORD", "RABBITMQ_PASSWORD")
SECRETS += ("S3_SECRET_ACCESS_KEY", "ALLOWED_HOSTS")
VALUES = dict.fromkeys(SECRETS, "x")
WANTED = {"web", "worker", "beat", "postgres", "rabbitmq", "storage", "nginx", "prepare", "buckets"}
ENDS_BY_ITSELF = {"prepare", "buckets"}


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile as (instruction, argument), continued lines joined."""
    text = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
    lines = [line.strip() for line in text.splitlines()]
    return [tuple(line.split(None, 1)) for line in lines if line and not line.startswith("#")]


def arguments(name: str) -> list[str]:
    return [argument for instruction, argument in instructions() if instruction == name]


@pytest.fixture(scope="module")
def composition() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "compose.yaml").read_text())


def test_the_image_is_built_in_two_stages_from_a_fixed_python() -> None:
    stages = arguments("FROM")

    assert len(stages) == 2
    assert all(re.match(r"python:3\.11\.\d+-slim-\w+( AS \w+)?$", stage) for stage in stages)


def test_the_image_runs_as_nobody_special_and_says_how_it_is() -> None:
    order = [instruction for instruction, _ in instructions()]

    assert arguments("USER") == ["patchbay"]
    assert order.index("USER") < order.index("CMD")
    assert "deploy/healthcheck.py" in arguments("HEALTHCHECK")[0]
    assert "inventory_site.settings.prod" in " ".join(arguments("ENV"))


def test_the_image_holds_no_secret_and_fetches_nothing_by_hand() -> None:
    text = (ROOT / "Dockerfile").read_text()

    assert [secret for secret in SECRETS if re.search(rf"{secret}=", text)] == []
    assert re.findall(r"\b(?:curl|wget|ADD)\b", text) == []
    assert "--no-install-recommends" in text
    assert "rm -rf /var/lib/apt/lists" in text


def test_what_the_image_must_not_hold_is_left_out_of_its_context() -> None:
    left_out = set((ROOT / ".dockerignore").read_text().split())

    assert {".git", ".venv", "var", ".env", "tests"} <= left_out


def test_the_composition_has_every_part(composition: dict[str, Any]) -> None:
    assert set(composition["services"]) == WANTED


def test_every_image_of_another_project_has_a_version(composition: dict[str, Any]) -> None:
    images = [service["image"] for service in composition["services"].values()]

    assert [image for image in images if not re.search(r":\D*\d+[.\d-]", image)] == []


def test_every_service_says_how_it_is_and_comes_back(composition: dict[str, Any]) -> None:
    services = composition["services"]

    silent = [name for name, service in services.items() if "healthcheck" not in service]
    ending = [name for name, service in services.items() if service["restart"] == "no"]

    assert silent == ["web"], "web has the health check of the image"
    assert set(ending) == ENDS_BY_ITSELF


def test_nothing_but_nginx_is_reachable_from_outside(composition: dict[str, Any]) -> None:
    open_ports = {
        name: service["ports"]
        for name, service in composition["services"].items()
        if "ports" in service
    }

    assert open_ports == {"nginx": ["${LISTEN:-127.0.0.1:8080}:80"]}


def test_no_secret_stands_in_the_composition(composition: dict[str, Any]) -> None:
    text = (ROOT / "compose.yaml").read_text()

    for secret in SECRETS:
        assert f"${{{secret}:?" in text
    assert ".env" in (ROOT / ".gitignore").read_text().split()


def test_every_dependency_and_volume_exists(composition: dict[str, Any]) -> None:
    services, volumes = composition["services"], composition["volumes"]
    needed = {other for service in services.values() for other in service.get("depends_on", {})}
    mounted = {
        mount.split(":")[0] for service in services.values() for mount in service.get("volumes", ())
    }

    assert needed - set(services) == set()
    assert {name for name in mounted if not name.startswith("./")} == set(volumes)
    assert all((ROOT / name).is_file() for name in mounted if name.startswith("./"))


def test_the_composition_sets_only_variables_that_exist(composition: dict[str, Any]) -> None:
    page = (ROOT / "docs" / "settings.md").read_text()
    names = set(composition["x-patchbay"]["environment"]) - {"DJANGO_SETTINGS_MODULE"}

    assert [name for name in sorted(names) if f"| `{name}` |" not in page] == []


def test_nginx_and_the_site_agree_on_limits_and_places(composition: dict[str, Any]) -> None:
    config = (ROOT / "deploy" / "nginx.conf").read_text()
    environment = composition["x-patchbay"]["environment"]

    assert f"location {environment['X_ACCEL_PREFIX']} {{" in config
    assert "internal;" in config
    assert f"client_max_body_size {files.UPLOAD_MAX_REQUEST_BYTES // 1024**2}m;" in config
    assert "alias /var/lib/patchbay/media/;" in config


def test_the_engine_accepts_the_composition_where_there_is_one() -> None:
    docker = shutil.which("docker")
    plugin = docker and subprocess.run(
        [docker, "compose", "version"], check=False, capture_output=True
    )
    if not plugin or plugin.returncode:
        pytest.skip("no `docker compose` here; the other tests of this module stand in for it")

    done = subprocess.run(
        [docker, "compose", "-f", "compose.yaml", "config", "--quiet"],
        cwd=ROOT,
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", **VALUES},
        check=False,
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stderr
