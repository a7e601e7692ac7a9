"""Tasks on a dask cluster (the extra `fupin[cluster]`): the same futures, on as many workers as the cluster has.

Only over TLS: what goes to a worker is executed there.
"""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fupin_cli.counties import worker
from fupin_cli.errors import FupinError, UsageError

if TYPE_CHECKING:
    from pathlib import Path

CONNECT_SECONDS = 20
LOOK_SECONDS, DESERTED_SECONDS = 0.5, 300  # between two looks at who lives; until nobody is waited for any more
INSTALL = "先安装：pip install 'fupin-cli[cluster]'；或不写 --scheduler，在本机上做"


def security(address: str, ca: Path | None, cert: Path | None, key: Path | None) -> Any:
    """The certificates with which a cluster is spoken to; nothing goes over the network in the clear.

    Raises:
        UsageError: an address without TLS, a certificate that was not given or is not there, dask is not installed.
    """
    if not address.startswith("tls://"):
        raise UsageError(
            f"--scheduler 的地址不对：{address}", "只接受加密的连接，写成 tls://主机:端口，并给出三个证书文件"
        )
    given = {"--tls-ca": ca, "--tls-cert": cert, "--tls-key": key}
    for option, path in given.items():
        if path is None:
            raise UsageError(f"写了 --scheduler，缺少 {option}", "三个都要：--tls-ca、--tls-cert、--tls-key")
        if not path.is_file():
            raise UsageError(f"{option} 的文件不存在：{path}", "检查路径")
    try:
        from distributed.security import Security
    except ImportError:
        raise UsageError("没有安装 dask（distributed），不能用 --scheduler", INSTALL) from None
    return Security(require_encryption=True, tls_ca_file=str(ca), tls_client_cert=str(cert), tls_client_key=str(key))


@dataclass
class Place:
    """A worker of the cluster, which does one task at a time."""

    address: str
    future: Any = None


class Cluster:
    """A dask cluster as an engine: each task goes to a worker of its own, so that a worker's end is one task's alone."""

    patience = 600.0  # a task may wait for a worker that is being started again

    def __init__(self, address: str, safe: Any, most: int | None = None, seconds: float = CONNECT_SECONDS) -> None:
        """Connect to the scheduler; use at most so many workers.

        Raises:
            FupinError: nobody answers there, the certificates do not fit, or no worker is there.
        """
        from distributed import Client

        try:
            self._client = Client(address, security=safe, timeout=seconds, set_as_default=False)
        except Exception as error:  # whatever TLS or the network says
            raise FupinError(
                f"连不上集群 {address}（{type(error).__name__}）",
                "检查地址、防火墙、证书是不是同一个 CA 签的、调度程序是不是在运行",
            ) from error
        self._address, self._most = address, most
        self._places: dict[str, Place] = {}
        self._looked = self._seen = 0.0
        if not self.slots():
            self._client.close()
            raise self._deserted()

    def _deserted(self) -> FupinError:
        return FupinError(
            f"集群 {self._address} 里没有工作进程", "先启动：dask worker tls://主机:8786 --nworkers 2 --nthreads 1 …"
        )

    def slots(self) -> list[Place]:
        """The workers that live now: one that died comes back under another address.

        Raises:
            FupinError: there has been none for minutes.
        """
        now = time.monotonic()
        if now - self._looked > LOOK_SECONDS:
            self._looked = now
            live = sorted(self._client.nthreads())
            self._places = {address: self._places.get(address) or Place(address) for address in live}
            if live:
                self._seen = now
            elif self._seen and now - self._seen > DESERTED_SECONDS:
                raise self._deserted()
        return list(self._places.values())[: self._most]

    def start(self, slot: Place, function: Any, task: Any, seconds: float | None) -> Future[dict[str, Any]]:
        """Begin a task. It ends its own worker when it takes too long: the nanny starts another."""
        remote = self._client.submit(
            _answer, function, task, seconds, pure=False, retries=0, workers=[slot.address], allow_other_workers=True
        )
        slot.future = remote
        local: Future[dict[str, Any]] = Future()
        local.set_running_or_notify_cancel()

        def settle() -> None:
            try:
                found = remote.result()
            except BaseException as error:  # noqa: BLE001 - KilledWorker, a lost connection, a cancelled future
                if type(error).__name__ == "KilledWorker":
                    self._places.pop(slot.address, None)
                local.set_exception(error if isinstance(error, Exception) else RuntimeError(type(error).__name__))
            else:
                local.set_result(found)
            finally:
                remote.release()

        threading.Thread(target=settle, daemon=True).start()
        return local

    def memory(self, slot: Place) -> int | None:
        """Unknown here: the worker's own nanny watches its memory (`dask worker --memory-limit`)."""
        del slot
        return None

    def stop(self, slot: Place) -> None:
        """Take a task back; a worker that hangs in it ends itself."""
        if slot.future is not None:
            slot.future.cancel()
            slot.future = None

    def close(self) -> None:
        """Take back what is not done, and leave the cluster as it was."""
        for place in self._places.values():
            self.stop(place)
        self._client.close()


def _answer(function: Any, task: Any, seconds: float | None) -> dict[str, Any]:
    """On a worker: forget the environment's settings first, then as everywhere."""
    worker.forget_settings()
    return worker.answer(function, task, seconds)
