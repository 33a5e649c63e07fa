from __future__ import annotations

import subprocess
import sys

import pytest

from collectors.registry import reporting
from collectors.spec import Reported


def test_no_sdk_is_loaded_until_an_account_is_configured() -> None:
    code = (
        "import sys, collectors.registry as r; r.reporting(); import collectors.aws.permissions; "
        "import collectors.azure.permissions; "
        "print([name for name in ('azure.core', 'botocore', 'boto3', 'grpc', 'sqlglot') if name in sys.modules])"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"


def test_images_are_reported_as_a_sum() -> None:
    assert reporting() == {
        "aws.ecr.image": Reported.SUMMARY,
        "azure.compute.disk": Reported.SUMMARY,
        "azure.network.interface": Reported.SUMMARY,
        "gcp.artifactregistry.docker_image": Reported.SUMMARY,
        "image.manifest": Reported.SUMMARY,
    }


SDKS = {"aws": "botocore", "gcp": "google.cloud.asset_v1", "azure": "azure.core"}
ACCOUNTS = {
    "aws": {"name": "a", "regions": ["eu-central-1"], "account": "111122223333"},
    "gcp": {"name": "g", "scope": "projects/shop-prod"},
    "azure": {"name": "z", "tenant": "11111111-2222-4333-8444-555555555555"},
}


@pytest.mark.parametrize("configured", [(), *((each,) for each in SDKS)])
def test_a_clouds_sdk_is_loaded_where_an_account_of_it_is_configured(configured: tuple[str, ...]) -> None:
    sections = {name: {"accounts": [ACCOUNTS[name]]} for name in configured}
    code = (
        "import sys; from config.settings import compose; from collectors.registry import collectors; "
        f"made = collectors(compose({sections!r}), None); "
        "[print(each.name) for each in made if each.name != 'images']; [each.close() for each in made]; "
        f"[print('loads', name) for name, sdk in {SDKS!r}.items() if sdk in sys.modules]"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert answer.stderr == ""
    assert answer.stdout.split("\n")[:-1] == [*configured, *(f"loads {name}" for name in configured)]
