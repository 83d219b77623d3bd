"""`qstyle bench` as the other engines are measured: a command line, and its figures."""

import json
import os
import subprocess
from pathlib import Path

EXECUTABLE = os.environ.get("QSTYLE") or str(
    Path(__file__).resolve().parent.parent.parent / ".build/release/qstyle")


def command(precision, size, threads, repeats):
    """The command line of one measurement."""
    if not os.access(EXECUTABLE, os.X_OK):
        raise SystemExit(f"there is no {EXECUTABLE}; run `make build weights` first")
    return [
        EXECUTABLE, "bench", "--json", "--precision", precision, "--size", size,
        "--threads", str(threads), "--repeats", str(repeats)]


def environment(precision):
    """The environment of a measurement: QSTYLE_WEIGHTS names int8 weights, so only int8 has it."""
    hidden = () if precision == "int8" else ("QSTYLE_WEIGHTS",)
    return {name: value for name, value in os.environ.items() if name not in hidden}


def figures(document):
    """What `qstyle bench` printed, with the names that the other engines use."""
    return {
        "version": version(),
        "isa": document["isa"],
        "forward_ms": document["forward"]["ms"],
        "step_ms": document["step"]["ms"],
        "peak_gmacs": document["peak_gmacs"],
        "peak_bytes": document["peak_bytes"],
    }


def version():
    """The version number that the executable prints."""
    line = subprocess.run(
        [EXECUTABLE, "--version"], capture_output=True, text=True, check=True).stdout
    return line.split()[-1]


def bench(size, threads, repeats):
    """One int8 measurement."""
    run = subprocess.run(
        command("int8", size, threads, repeats), capture_output=True, text=True, check=False)
    if run.returncode:
        raise SystemExit(run.stderr.strip())
    return figures(json.loads(run.stdout))
