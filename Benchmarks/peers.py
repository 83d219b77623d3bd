"""Measures qstyle and its peers side by side on this machine; `peers` prepares all that it needs.

In every round each engine runs in a process of its own, one after the other, and gives its best of
a few calls. What counts is an engine's best over the rounds; the ratios within each round show how
far that is to be trusted.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

from harness import machine, qstyle
from harness.common import count, forward_macs, size
from harness.tables import table

SUBJECT = "qstyle int8"
# The engines in the order of the tables: the runner's module, or None for qstyle, and arithmetic.
ENGINES = {
    SUBJECT: (None, "int8"),
    "OpenVINO int8": ("openvino_forward", "int8"),
    "ONNX Runtime int8": ("onnxruntime_forward", "int8"),
    "OpenVINO bf16": ("openvino_forward", "bf16"),
    "qstyle float32": (None, "float32"),
    "OpenVINO float32": ("openvino_forward", "float32"),
    "ONNX Runtime float32": ("onnxruntime_forward", "float32"),
    "PyTorch float32": ("torch_step", "float32"),
    "PyTorch float32, channels last": ("torch_step", "float32-last"),
    "PyTorch bf16": ("torch_step", "bf16"),
    "PyTorch bf16, channels last": ("torch_step", "bf16-last"),
}


class LeftOut(Exception):
    """An engine cannot be measured here; the text says why."""


def measure(engine, options):
    """The figures of one engine, from a process of its own."""
    module, precision = ENGINES[engine]
    environment = os.environ
    if module is None:
        command = qstyle.command(precision, options.size, options.threads, options.repeats)
        environment = qstyle.environment(precision)
    else:
        command = [
            sys.executable, "-m", "harness." + module, "--precision", precision,
            "--size", options.size, "--threads", str(options.threads),
            "--repeats", str(options.repeats)]
    run = subprocess.run(
        command, cwd=Path(__file__).parent, env=environment, capture_output=True, text=True,
        check=False)
    if run.returncode:
        raise LeftOut((run.stderr.strip().splitlines() or ["it was ended"])[-1])
    document = json.loads(run.stdout.splitlines()[-1])
    return document if module else qstyle.figures(document)


def measure_rounds(options):
    """For each round the figures of the engines, and why engines were left out."""
    rounds, left_out = [], {}
    for index in range(options.rounds):
        rounds.append({})
        for engine in ENGINES:
            if engine in left_out:
                continue
            try:
                figures = measure(engine, options)
            except LeftOut as reason:
                if engine == SUBJECT:
                    raise SystemExit(f"peers: {reason}") from None
                left_out[engine] = str(reason)
                print(f"{engine} is left out: {reason}", file=sys.stderr)
                continue
            rounds[-1][engine] = figures
            step = f", step {figures['step_ms']:.1f} ms" if "step_ms" in figures else ""
            print(
                f"round {index + 1}  {engine:30}  forward {figures['forward_ms']:.1f} ms{step}",
                file=sys.stderr)
    # An engine that failed in a later round has no figures that compare.
    return [
        {engine: figures for engine, figures in each.items() if engine not in left_out}
        for each in rounds], left_out


def best_of(rounds):
    """Each engine's best figures: the shortest times, the highest measured peaks."""
    best = {}
    for engine, first in rounds[0].items():
        best[engine] = dict(first)
        for figures in (each[engine] for each in rounds[1:]):
            for name in figures:
                pick = min if name.endswith("_ms") else max
                best[engine][name] = pick(best[engine][name], figures[name])
    return best


def speedups(rounds, best, figure):
    """How many times faster qstyle int8 is than each engine: best to best, and each round's."""
    return {
        engine: (
            best[engine][figure] / best[SUBJECT][figure],
            [each[engine][figure] / each[SUBJECT][figure] for each in rounds])
        for engine in best if figure in best[engine]}


def comparison(ratio):
    """A speedup in words, with its range over the rounds."""
    value, rounds = ratio
    return f"{value:.2f}x ({min(rounds):.2f}-{max(rounds):.2f})"


def document_of(options, rounds, best, left_out):
    """Everything that was measured, for --json."""
    macs = forward_macs(*size(options.size))
    for figures in best.values():
        figures["forward_gmacs"] = macs / figures["forward_ms"] / 1e6
        if "step_ms" in figures:
            figures["step_gmacs"] = 2 * macs / figures["step_ms"] / 1e6
    ratios = {
        name: {
            engine: {"best": ratio, "rounds": each}
            for engine, (ratio, each) in speedups(rounds, best, name + "_ms").items()}
        for name in ("forward", "step")}
    return {
        "processor": machine.processor(), "instruction_sets": machine.instruction_sets(),
        "size": options.size, "threads": options.threads, "forward_macs": macs,
        "best": best, "qstyle_speedup": ratios, "rounds": rounds, "left_out": left_out}


def render(document, options):
    """The tables."""
    best = document["best"]

    def share(engine):
        """A rate as a share of the peak that qstyle measured for the same arithmetic."""
        reference = best.get("qstyle " + engine.split()[-1])
        if reference is None:
            return "-"
        return f"{100 * best[engine]['forward_gmacs'] / reference['peak_gmacs']:.0f} %"

    def ratio(name, engine):
        figures = document["qstyle_speedup"][name][engine]
        return comparison((figures["best"], figures["rounds"]))

    peaks = ", ".join(
        f"{figures['peak_gmacs']:.0f} GMAC/s {engine.split()[-1]} ({figures['isa']})"
        for engine, figures in best.items() if "peak_gmacs" in figures)
    parts = [
        f"{document['processor']} ({', '.join(document['instruction_sets'])}), "
        f"{options.threads} threads, {options.size}; measured multiply-accumulate peak: {peaks}; "
        f"best of {options.rounds} interleaved rounds.",
        table(
            ["Forward to conv5_1", "version", "ms", "GMAC/s", "of peak", "qstyle int8 vs it"],
            [
                [
                    engine, figures["version"], f"{figures['forward_ms']:.1f}",
                    f"{figures['forward_gmacs']:.0f}", share(engine), ratio("forward", engine)]
                for engine, figures in best.items()],
            options.markdown),
        table(
            ["Whole step", "ms", "GMAC/s", "peak memory, MiB", "qstyle int8 vs it"],
            [
                [
                    engine, f"{figures['step_ms']:.1f}", f"{figures['step_gmacs']:.0f}",
                    f"{figures['peak_bytes'] / 2**20:.0f}", ratio("step", engine)]
                for engine, figures in best.items() if "step_ms" in figures],
            options.markdown),
    ]
    parts += [f"{engine} is left out: {why}" for engine, why in document["left_out"].items()]
    return "\n\n".join(parts)


def main():
    parser = argparse.ArgumentParser(
        prog="peers", description="Measures qstyle beside PyTorch, OpenVINO and ONNX Runtime.")
    parser.add_argument("--size", default="512x384", metavar="WxH", help="the image (512x384)")
    parser.add_argument("--threads", type=count, default=2, help="of every engine (2)")
    parser.add_argument("--rounds", type=count, default=5, help="of all engines (5)")
    parser.add_argument("--repeats", type=count, default=3, help="measured calls in a round (3)")
    parser.add_argument("--markdown", action="store_true", help="print tables in Markdown")
    parser.add_argument("--json", metavar="FILE", type=Path, help="write all figures to FILE")
    options = parser.parse_args()
    rounds, left_out = measure_rounds(options)
    document = document_of(options, rounds, best_of(rounds), left_out)
    print(render(document, options))
    if options.json:
        options.json.write_text(json.dumps(document, indent=1) + "\n")


if __name__ == "__main__":
    main()
