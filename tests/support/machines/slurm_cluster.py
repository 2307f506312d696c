"""A real Slurm cluster of one node on loopback: ``slurmctld`` and ``slurmd`` with files of their own."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "squeue", "scontrol", "scancel")
UP_S = 300.0


def missing_programs() -> list[str]:
    """Return the programs of Slurm and MUNGE that this machine lacks."""
    return [name for name in PROGRAMS if shutil.which(name, path=_path()) is None]


@dataclass(frozen=True)
class SlurmCluster:
    """A cluster that is up."""

    folder: Path
    environment: dict[str, str]

    def output(self, *command: str) -> str:
        """Return what one of Slurm's commands prints; what it says of errors is part of it."""
        done = subprocess.run(
            command, env=self.environment, check=False, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        return done.stdout

    def start_requeued(self) -> None:
        """Let jobs that were queued again start now: Slurm holds them back for two minutes."""
        for job in self.output("squeue", "-h", "-t", "PENDING", "-o", "%A %r").splitlines():
            name, _, reason = job.partition(" ")
            if reason == "BeginTime":
                self.output("scontrol", "update", f"JobId={name}", "StartTime=now")

    def wait_until_idle(self, seconds: float = 500.0) -> None:
        """Wait until no job is queued."""

        def is_idle() -> bool:
            self.start_requeued()
            return not self.output("squeue", "-h").strip()

        wait_for(is_idle, seconds, lambda: self.output("squeue"))


def wait_for(is_so: Callable[[], bool], seconds: float, describe: Callable[[], str]) -> None:
    """Wait until a call returns true; fail with a description if it does not."""
    end = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > end:
            raise AssertionError(describe())
        time.sleep(0.1)


@contextmanager
def slurm_cluster(folder: Path) -> Iterator[SlurmCluster]:
    """Run a cluster of one node with two processors until the block is left."""
    for name in ("state", "spool", "log", "munge"):
        (folder / name).mkdir(parents=True)
    (folder / "munge").chmod(0o700)
    configuration = folder / "slurm.conf"
    munge = folder / "munge" / "socket"
    configuration.write_text(_configuration(folder, munge))
    environment = {**os.environ, "SLURM_CONF": str(configuration), "PATH": _path()}
    key = folder / "munge" / "key"
    key.write_bytes(os.urandom(1024))
    key.chmod(0o400)
    places = [f"--{name}-file={folder / 'munge' / name}" for name in ("pid", "log", "seed")]
    daemons = [
        ["munged", "--foreground", "--force", f"--socket={munge}", f"--key-file={key}", *places],
        ["slurmctld", "-D", "-i", "-f", str(configuration)],
        ["slurmd", "-D", "-f", str(configuration), "-N", "node1"],
    ]
    running: list[subprocess.Popen[bytes]] = []
    cluster = SlurmCluster(folder, environment)
    try:
        for daemon in daemons:
            log = (folder / "log" / f"{daemon[0]}.out").open("wb")
            with log:
                running.append(subprocess.Popen(daemon, env=environment, stdout=log, stderr=log))
            if daemon[0] == "munged":
                wait_for(munge.exists, UP_S, lambda: _logs(folder, cluster))
        wait_for(lambda: "idle" in cluster.output("sinfo", "-h"), UP_S, lambda: _logs(folder, cluster))
        yield cluster
    finally:
        cluster.output("scancel", "--full", "--user=root")
        for process in reversed(running):
            process.terminate()
        for process in running:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _logs(folder: Path, cluster: SlurmCluster) -> str:
    texts = [file.read_text(errors="replace")[-2000:] for file in sorted((folder / "log").iterdir())]
    return "\n".join([cluster.output("sinfo"), *texts])


def _path() -> str:
    return os.environ["PATH"] + os.pathsep + "/usr/sbin"


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


def _configuration(folder: Path, munge: Path) -> str:
    control, node = _free_ports(2)
    return f"""\
ClusterName=loopback
SlurmctldHost={socket.gethostname()}(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={munge}
SlurmctldPort={control}
SlurmdPort={node}
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/log/slurmctld.log
SlurmdLogFile={folder}/log/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
SchedulerType=sched/backfill
SchedulerParameters=bf_interval=1,sched_interval=2
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
ReturnToService=2
KillWait=30
MinJobAge=300
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
NodeName=node1 NodeAddr=127.0.0.1 NodeHostname={socket.gethostname()} CPUs=2 State=UNKNOWN
PartitionName=low Nodes=node1 Default=YES PriorityTier=1 PreemptMode=REQUEUE GraceTime=15 State=UP
PartitionName=high Nodes=node1 PriorityTier=10 PreemptMode=OFF State=UP
"""
