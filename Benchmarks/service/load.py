"""Many clients of `qstyle serve` while it paints: how long a poll and a step take, and how much memory the service has.

Usage: load.py [QSTYLE [SECONDS]]        50 pollers once a second each, 10 that send a photo after the other; prints JSON

Steps are watched for as long without the clients before and after, and with them from a third of the time on: the first photos are
taken at once.
"""
import json
import pathlib
import random
import sys
import tempfile
import threading
import time

root = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(root / "Tests/ServiceTests"))
from client import Service

program = sys.argv[1] if len(sys.argv) > 1 else root / ".build/release/qstyle"
seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 60
fixtures = root / "Fixtures"
with tempfile.TemporaryDirectory() as folder:
    service = Service(program, folder + "/data")
    idle = {name: service.memory(name) for name in ("VmRSS", "RssAnon")}
    content, style = service.upload(fixtures / "photo-astronaut.jpg"), service.upload(fixtures / "style-warm-glass.jpg", "?use=style")
    job = service.job(content, style, size=512, steps=9000, scales="off")
    service.wait(job, "painting")

    def step_seconds(duration):
        """A step's time on the average, from the first that ends to the last."""
        first = last = None
        end = time.monotonic() + duration
        while time.monotonic() < end:
            step, now = service.json("GET", f"/api/jobs/{job['id']}")["step"], time.monotonic()
            if last is None or step > last[0]:
                first, last = (first, (step, now)) if last else ((step, now), (step, now))
            time.sleep(0.05)
        return (last[1] - first[1]) / max(1, last[0] - first[0])

    quiet = [step_seconds(seconds / 2)]
    end = time.monotonic() + seconds
    polls, uploads, refused, failures = [], 0, 0, []
    photo = (fixtures / "photo-rocket.jpg").read_bytes()

    def poll():
        time.sleep(random.random())
        while time.monotonic() < end:
            begin = time.monotonic()
            status = service.request("GET", "/api/jobs")[0]
            polls.append(time.monotonic() - begin)
            if status != 200:
                failures.append(status)
            time.sleep(max(0, 1 - (time.monotonic() - begin)))

    def upload(number):
        global uploads, refused
        count = 0
        while time.monotonic() < end:
            count += 1
            # A comment behind the picture's end makes it another one.
            status = service.request("POST", "/api/uploads", photo + f"{number}-{count}".encode() + bytes(1 << 20),
                                     {"Content-Type": "image/jpeg"})[0]
            if status == 503:
                refused += 1
                time.sleep(1)
            elif status in (201, 429):
                uploads += 1
            else:
                failures.append(status)
            time.sleep(0.5)

    threads = [threading.Thread(target=poll) for _ in range(50)] + [threading.Thread(target=upload, args=(i,)) for i in range(10)]
    for thread in threads:
        thread.start()
    time.sleep(seconds / 3)
    loaded = step_seconds(seconds * 2 / 3)
    for thread in threads:
        thread.join()
    quiet.append(step_seconds(seconds / 2))
    polls.sort()
    print(json.dumps({
        "seconds": seconds, "polls": len(polls), "poll_ms": {
            name: round(1000 * polls[min(len(polls) - 1, int(share * len(polls)))], 1) for name, share in
            (("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("max", 1))},
        "uploads": uploads, "refused": refused, "failures": failures,
        "step_seconds": {"alone": quiet, "loaded": loaded, "slower": loaded / (sum(quiet) / 2) - 1},
        "idle_rss_bytes": idle["VmRSS"], "idle_private_bytes": idle["RssAnon"], "peak_bytes": service.memory("VmHWM"),
        "private_bytes": service.memory("RssAnon")}, indent=1))
    service.json("DELETE", f"/api/jobs/{job['id']}", status=202)
    service.end()
