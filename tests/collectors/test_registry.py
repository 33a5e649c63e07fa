from __future__ import annotations

import subprocess
import sys

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
