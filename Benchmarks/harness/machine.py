"""The machine that figures belong to."""

import subprocess
from pathlib import Path

# Instruction sets that decide the speed of these engines, as the kernel names them.
DECISIVE = (
    "avx2 avx_vnni avx512f avx512_vnni avx512_bf16 amx_int8 amx_bf16 asimd asimddp i8mm bf16"
).split()


def processor():
    """The name of the processor."""
    listing = subprocess.run(["lscpu"], capture_output=True, text=True, check=True).stdout
    for line in listing.splitlines():
        if line.startswith("Model name:"):
            return line.split(":", 1)[1].strip()
    return "unknown processor"


def instruction_sets():
    """Those of the decisive instruction sets that the processor has."""
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith(("flags", "Features")):
            flags = line.split(":", 1)[1].split()
            return [name for name in DECISIVE if name in flags]
    return []
