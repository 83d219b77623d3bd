"""Jobs through the API: the bits of `qstyle transfer`, the queue's order, states, and what is refused.

Usage: jobs.py QSTYLE FIXTURES FOLDER
"""
import hashlib
import json
import pathlib
import re
import sqlite3
import subprocess
import sys

from client import Service

program, fixtures, folder = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
photo, other = fixtures / "photo-chelsea.png", fixtures / "photo-rocket.jpg"
styles = folder / "styles"
styles.mkdir()
for name in "style-warm-glass.jpg", "style-night-swirls.jpg":
    (styles / name).write_bytes((fixtures / name).read_bytes())
service = Service(program, folder / "data", "--threads", "2", "--styles", str(styles))
figures = {name: service.memory(name) for name in ("VmRSS", "VmHWM", "RssAnon")}
print("idle:", ", ".join(f"{name} {bytes / 2**20:.1f} MiB" for name, bytes in figures.items()))
assert figures["RssAnon"] < 4 << 20 and figures["VmRSS"] < 16 << 20

# Styles of the folder and of the user; the same bytes are one upload.
content = service.upload(photo, status=201)
assert content == service.upload(photo, status=200) and content["width"] == 320 and content["name"] == photo.name
assert content["id"] == hashlib.sha256(photo.read_bytes()).hexdigest()
own = service.upload(other, "?use=style", status=201)
found = service.json("GET", "/api/styles")["styles"]
assert [(s["name"], s["use"]) for s in found] == [
    ("Night swirls", "shipped"), ("Warm glass", "shipped"), (other.name, "style")], found
glass = found[1]
status, headers, small = service.request("GET", f"/api/uploads/{content['id']}/thumbnail")
assert status == 200 and headers["Content-Type"] == "image/jpeg" and small[:2] == b"\xff\xd8"

# What is no picture is refused, and leaves nothing.
for bytes in b"hello", photo.read_bytes()[:5000], b"\x89PNG\r\n\x1a\n" + b"\0" * 100:
    answer = service.upload(bytes, status=422)
    assert "the picture" in answer["error"] and str(folder) not in answer["error"], answer
assert not list((folder / "data/tmp").iterdir()) and len(list((folder / "data/uploads").iterdir())) == 4

# A plan is that of --dry-run.
wanted = {"content": content["id"], "styles": [glass["id"]], "size": 64, "steps": 6}
plan = service.json("POST", "/api/plan", wanted)
assert (plan["width"], plan["height"], plan["steps"]) == (64, 43, 6) and plan["peak_bytes"] > 1 << 20
refused = service.json("POST", "/api/plan", wanted | {"size": 16}, status=422)
assert "64" not in refused["error"] and "too" in refused["error"] or "need" in refused["error"], refused

# A job has the bits of `qstyle transfer`, once for one key.
key = {"Idempotency-Key": "first"}
job = service.json("POST", "/api/jobs", wanted, key, status=201)
assert service.json("POST", "/api/jobs", wanted, key, status=200)["id"] == job["id"]
service.json("POST", "/api/jobs", wanted | {"size": 65}, key, status=409)
mixed = {"content": content["id"], "styles": [{"id": glass["id"], "weight": 2}, own["id"]], "size": 72, "steps": 4,
         "colors": "luma", "strength": 1.5, "init": "noise", "seed": 7, "style_scale": 0.5, "smooth": 1, "scales": "off"}
second = service.json("POST", "/api/jobs", mixed, status=201)


def transfer(*words):
    subprocess.run([program, "transfer", *map(str, words), "--quiet", "--threads", "2", "-o", folder / "alone.png"], check=True)
    return (folder / "alone.png").read_bytes()


alone = transfer(photo, styles / "style-warm-glass.jpg", "--size", 64, "--steps", 6)
done = service.wait(job, "done", "failed")
assert done["state"] == "done" and done["step"] == 6 and len(done["costs"]) == 6, done
assert service.request("GET", f"/api/jobs/{job['id']}/result.png")[2] == alone, "another result than transfer's"
assert service.request("GET", f"/api/jobs/{job['id']}/content")[2] == photo.read_bytes()
for name in "preview", "result.jpg":
    status, headers, jpeg = service.request("GET", f"/api/jobs/{job['id']}/{name}")
    assert status == 200 and jpeg[:2] == b"\xff\xd8", name
done = service.wait(second, "done", "failed")
alone = transfer(photo, f"{styles}/style-warm-glass.jpg:2", other, "--size", 72, "--steps", 4, "--colors", "luma", "--strength",
                 1.5, "--init", "noise", "--seed", 7, "--style-scale", 0.5, "--smooth", 1, "--scales", "off")
assert service.request("GET", f"/api/jobs/{second['id']}/result.png")[2] == alone, f"another mix than transfer's: {done}"

# The queue: one at a time, in order; moved, cancelled, gone on, deleted.
long = [service.json("POST", "/api/jobs", wanted | {"size": 48, "steps": 2000 + i}) for i in range(4)]
a, b, c, d = [j["id"] for j in long]


def order():
    return [(j["id"], j["state"]) for j in service.json("GET", "/api/jobs")["jobs"] if j["state"] in ("waiting", "painting")]


assert order() == [(a, "painting"), (b, "waiting"), (c, "waiting"), (d, "waiting")], order()
service.json("POST", f"/api/jobs/{d}/move", {"before": b})
service.json("POST", f"/api/jobs/{b}/move", {})
assert order() == [(a, "painting"), (d, "waiting"), (c, "waiting"), (b, "waiting")], order()
for path, body in ((f"{a}/move", {"before": b}), (f"{a}/retry", {}), (f"{job['id']}/cancel", {}), (f"{b}/move", {"before": a})):
    service.json("POST", f"/api/jobs/{path}", body, status=409)
service.json("POST", f"/api/jobs/{c}/cancel", {})
assert service.json("GET", f"/api/jobs/{c}")["state"] == "cancelled"
service.wait_for_step(a, 3)
service.json("POST", f"/api/jobs/{a}/cancel", {})
stopped = service.wait(long[0], "cancelled")
assert 0 < stopped["step"] < 2000 and service.request("GET", f"/api/jobs/{a}/result.png")[0] == 404
service.json("POST", f"/api/jobs/{c}/retry", {})
for id in d, b, c:
    assert service.json("DELETE", f"/api/jobs/{id}") == {}
service.json("POST", f"/api/jobs/{a}/retry", {})
service.wait({"id": a}, "painting")
assert f"job {a} begins" in service.log() and order() == [(a, "painting")]
# A painter that crashes is one failed job, which can be gone on with.
pid = int(re.search(r"(\d+)", subprocess.run(["pgrep", "-P", str(service.process.pid)], capture_output=True, text=True).stdout)[1])
subprocess.run(["kill", "-KILL", str(pid)], check=True)
failed = service.wait(long[0], "failed")
assert "want of memory" in failed["error"], failed
assert service.request("DELETE", f"/api/jobs/{a}")[0] == 200
service.json("GET", f"/api/jobs/{a}", status=404)
assert service.json("DELETE", f"/api/uploads/{content['id']}", status=409)["error"]
service.json("DELETE", f"/api/jobs/{job['id']}")
service.json("DELETE", f"/api/jobs/{second['id']}")
# The photo goes with its last job, and so does all that a job had.
service.json("GET", f"/api/uploads/{content['id']}", status=404)
print(f"after {d} jobs: VmHWM {service.memory('VmHWM') / 2**20:.1f} MiB")
assert not [p for name in ("jobs", "results", "tmp") for p in (folder / "data" / name).iterdir()]

# A queue that another program has locked: told, and done later.
content = service.upload(photo)
job = service.job(content, glass, size=48, steps=5)
base = sqlite3.connect(folder / "data/queue.db", isolation_level=None)
while service.wait(job, "painting", "done")["state"] != "painting":
    job = service.job(content, glass, size=48, steps=5)
base.execute("BEGIN EXCLUSIVE")
status, headers, _ = service.request("GET", "/api/jobs")
assert status == 503 and headers["Retry-After"], status
service.wait_for_log(f"job {job['id']} is not recorded yet: another program uses the queue")
base.execute("ROLLBACK")
base.close()
assert service.wait(job, "done", "failed")["state"] == "done"
service.json("DELETE", f"/api/jobs/{job['id']}")

# A second service of the folder is refused; a signal ends the first one with the job saved.
content = service.upload(photo)
job = service.job(content, glass, size=48, steps=3000)
service.wait_for_step(job["id"], 3)
twice = subprocess.run([program, "serve", "--listen", "127.0.0.1:0", "--data", folder / "data"], capture_output=True, text=True)
assert twice.returncode == 1 and "is the folder of a service that runs" in twice.stderr and twice.stderr.count("\n") == 1, twice
assert service.end() == 0, "a signal is no failure"
service.start()
service.wait_for_log(rf"job {job['id']} goes on at step [1-9]")
service.json("DELETE", f"/api/jobs/{job['id']}", status=202)
assert service.end() == 0
