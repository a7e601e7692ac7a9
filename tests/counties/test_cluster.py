"""16: the same tasks on a dask cluster over TLS: each county once, whoever fails hinders nobody, and no stranger gets in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest

from fupin_cli.counties.cluster import Cluster, security
from fupin_cli.counties.pool import Limits, run_tasks
from fupin_cli.errors import FupinError
from tests.conftest import Ran
from tests.counties.conftest import MONTH, county
from tests.counties.faults import Fault, attempts, do

distributed = pytest.importorskip("distributed", reason="the extra fupin-cli[cluster] is not installed")
# The library's own ways with files and event loops are not this program's.
pytestmark = pytest.mark.filterwarnings("ignore")


def certificates(folder: Path, name: str) -> tuple[Path, Path]:
    """A certificate that signs itself: authority, scheduler, worker and client at once."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    own = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(own)
        .issuer_name(own)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    cert, secret = folder / f"{name}.pem", folder / f"{name}.key"
    cert.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    secret.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain))
    return cert, secret


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path, Path]]:
    """Two workers of one thread each; address, certificate, key."""
    import dask
    from distributed import LocalCluster
    from distributed.security import Security

    cert, key = certificates(tmp_path_factory.mktemp("tls"), "own")
    both = {
        f"tls_{who}_{what}": str(path)
        for who in ("scheduler", "worker", "client")
        for what, path in (("cert", cert), ("key", key))
    }
    safe = Security(require_encryption=True, tls_ca_file=str(cert), **both)
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 0}),
        LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            memory_limit="600MiB",
            security=safe,
            protocol="tls://",
            dashboard_address=None,
        ) as made,
    ):
        yield made.scheduler_address, cert, key


def test_each_county_once_whoever_kills_its_worker_raises_hangs_or_eats_memory(
    cluster: tuple[str, Path, Path], tmp_path: Path
) -> None:
    """16: and a county that only lost its worker is done at its second attempt, the others not again."""
    address, cert, key = cluster
    hows = ("raises", "good", "poison", "good", "hangs", "eats", "good", "good", "wrong", "good")
    tasks = [Fault(f"{number}-{how}", how, str(tmp_path)) for number, how in enumerate(hows)]
    with closing(Cluster(address, security(address, cert, cert, key))) as engine:
        found = {o.key: o for o in run_tasks(tasks, do, engine, Limits(retries=0, timeout=4.0))}
        lost = [Fault(f"9-{how}{n}", how, str(tmp_path)) for n, how in enumerate(("good", "killed_once", "good"))]
        again = {o.key: o for o in run_tasks(lost, do, engine, Limits(retries=1, timeout=60.0))}
    for task in tasks:
        outcome = found[task.key]
        assert attempts(tmp_path, task.key) == 1, task.key
        assert (outcome.result is not None) == (task.how == "good"), (task.key, outcome)
    assert "ValueError" in found["0-raises"].error
    assert "突然没有了" in found["2-poison"].error
    assert "或超过 4 秒" in found["4-hangs"].error
    assert "突然没有了" in found["5-eats"].error
    for task in lost:
        outcome, times = again[task.key], 2 if task.how == "killed_once" else 1
        assert outcome.result is not None
        assert (outcome.result["status"], outcome.result["environment"]) == ("done", [])
        assert (attempts(tmp_path, task.key), outcome.attempts) == (times, times), task.key


def test_a_county_through_the_command_line(
    cluster: tuple[str, Path, Path], fupin: Callable[..., Ran], tmp_path: Path
) -> None:
    address, cert, key = cluster
    county(tmp_path / "市" / "甲县", "甲县")
    tls: list[Any] = ["--scheduler", address, "--tls-ca", cert, "--tls-cert", cert, "--tls-key", key]
    where = ["--root", tmp_path / "市", "--month", MONTH, "--format", "json"]
    ran = fupin("counties", "check", *where, *tls)
    assert ran.code == 0, ran.err
    assert ran.document["totals"]["done"] == 1
    told = fupin("counties", "across", *where, *tls)
    assert told.code == 2
    assert "要写明 --key-file" in told.err


def test_a_stranger_is_refused(cluster: tuple[str, Path, Path], tmp_path: Path) -> None:
    """A plain client, and one with another authority's certificate."""
    from distributed import Client

    address, _, _ = cluster
    with pytest.raises((OSError, TimeoutError, RuntimeError)):
        Client(address.replace("tls://", "tcp://"), timeout=1.5, set_as_default=False)
    cert, key = certificates(tmp_path, "stranger")
    with pytest.raises(FupinError, match="连不上集群"):
        Cluster(address, security(address, cert, cert, key), seconds=1.5)
