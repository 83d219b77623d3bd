"""The service of another architecture in an emulator: the bits of this machine's command, also after it was killed.

Usage: emulated.py PROGRAM HOST FIXTURES FOLDER        PROGRAM is emulated, HOST is this machine's
"""
import pathlib
import subprocess
import sys

from client import Service

program, host, fixtures, folder = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3]), pathlib.Path(sys.argv[4])
photo, style = fixtures / "photo-chelsea.png", fixtures / "style-warm-glass.jpg"
service = Service(program, folder / "data", "--threads", "2")
content, painting = service.upload(photo, status=201), service.upload(style, "?use=style", status=201)


def begin(steps):
    return service.job(content, painting, size=48, steps=steps)


def check(job):
    """Waits for the end of a job, and compares its result."""
    done = service.wait(job, "done", "failed")
    assert done["state"] == "done", done
    subprocess.run([host, "transfer", photo, style, "--quiet", "--threads", "2", "--size", "48", "--steps", str(done["steps"]), "-o",
                    folder / "alone.png"], check=True)
    assert service.request("GET", f"/api/jobs/{job['id']}/result.png")[2] == (folder / "alone.png").read_bytes(), f"other bits: {done}"


check(begin(2))
job = begin(6)
service.wait_for_step(job["id"], 2)
service.kill()
service.start()
service.wait_for_log(rf"job {job['id']} goes on at step [1-9]")
check(job)
assert service.end() == 0
