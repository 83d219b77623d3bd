"""A service that is killed at random moments: three jobs are painted to the bits of `qstyle transfer`, each once.

Usage: kills.py QSTYLE FIXTURES FOLDER COUNT [SEED]
"""
import pathlib
import random
import sqlite3
import subprocess
import sys
import time

from client import Service

program, fixtures, folder, count = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3]), int(sys.argv[4])
random.seed(int(sys.argv[5]) if len(sys.argv) > 5 else 1)
photo, style = fixtures / "photo-chelsea.png", fixtures / "style-warm-glass.jpg"
jobs, killed, round = [], 0, 0
data = folder / "data"
service = Service(program, data, "--threads", "2")
wanted = []
for size, steps in (64, 40), (80, 30), (48, 60):
    subprocess.run([program, "transfer", photo, style, "--quiet", "--threads", "2", "--size", str(size), "--steps", str(steps), "-o",
                    folder / "alone.png"], check=True)
    wanted.append((size, steps, (folder / "alone.png").read_bytes()))


def check():
    base = sqlite3.connect(f"file:{data}/queue.db?mode=ro", uri=True)
    assert base.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    for id, state in base.execute("SELECT id, state FROM jobs").fetchall():
        if state == "done":
            assert (data / f"results/{id}.png").exists(), f"job {id} is done without a result"
    base.close()


while True:
    content, painting = service.upload(photo), service.upload(style, "?use=style")
    jobs = [service.json("POST", "/api/jobs", {"content": content["id"], "styles": [painting["id"]], "size": size, "steps": steps},
                         {"Idempotency-Key": f"{round}-{size}"}) for size, steps, _ in wanted]
    end = time.monotonic() + 300
    while True:
        states = {j["id"]: j["state"] for j in service.json("GET", "/api/jobs")["jobs"]}
        assert all(states[j["id"]] in ("waiting", "painting", "done") for j in jobs), (states, service.log()[-2000:])
        if all(states[j["id"]] == "done" for j in jobs):
            break
        assert time.monotonic() < end, states
        if killed < count:
            time.sleep(random.uniform(0, 1.5))
            service.kill()
            check()
            service.start()
            killed += 1
        else:
            time.sleep(0.1)
    for job, (size, steps, alone) in zip(jobs, wanted):
        assert service.request("GET", f"/api/jobs/{job['id']}/result.png")[2] == alone, f"job {job['id']} has other bits"
        ended = service.log().count(f"job {job['id']} done\n")
        assert ended <= 1, f"job {job['id']} was done {ended} times"
    for job in jobs:
        service.json("DELETE", f"/api/jobs/{job['id']}")
    round += 1
    if killed >= count:
        break
check()
assert service.end() == 0
print(f"{killed} kills, {3 * round} jobs, each with the bits of an undisturbed transfer")
