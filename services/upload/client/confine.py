"""What a child process may take, and that it never outlives its parent (Linux)."""

import ctypes
import os
import resource
import signal
from contextlib import suppress
from pathlib import Path

LARGEST_FILE = 1_000_000_000  # bytes it may write; a bound PDF of a hundred pages has a tenth of that
FIRST_TO_GO = "1000"  # of 1000: when memory runs out the kernel ends this process, not the service
NICE = 10
_SET_PDEATHSIG = 1  # prctl(2)

# On import, ONNX Runtime writes an identifier of this machine below HOME and begins to report to its maker. This is
# the only switch that works early enough; `disable_telemetry_events` comes too late for both.
SILENT = {"ORT_DISABLE_TELEMETRY": "1"}


def confine(parent: int) -> None:
    """End with `parent`, leave no core dump (it would hold the picture), write no endless file, go first in need."""
    ctypes.CDLL(None).prctl(_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it ended before it could be asked for
        raise SystemExit
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_FILE, LARGEST_FILE))
    with suppress(OSError):  # some containers forbid it
        Path("/proc/self/oom_score_adj").write_text(FIRST_TO_GO, encoding="ascii")


def allow(cpu_seconds: int) -> None:
    """Let this process be ended (SIGXCPU) after so many further seconds of CPU time, its threads together."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    end = int(used.ru_utime + used.ru_stime) + cpu_seconds
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (end if hard == resource.RLIM_INFINITY else min(end, hard), hard))


def give_way() -> None:
    """Let the calling thread have what others leave of the CPU; a process could not take that back afterwards."""
    os.setpriority(os.PRIO_PROCESS, 0, NICE)
