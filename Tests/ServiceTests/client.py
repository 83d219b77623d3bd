"""A service that a test starts, and requests to it; the standard library alone."""
import atexit
import contextlib
import http.client
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.parse

# What a test has started ends with it, also where the test is ended.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))


class Service:
    """`qstyle serve` of a folder, at a free port of this machine."""

    def __init__(self, program, data, *options, environment=None):
        self.program, self.data, self.options, self.token = str(program), str(data), options, None
        self.environment = environment
        self.process = None
        atexit.register(lambda: self.process.kill())
        self.start()

    def start(self):
        errors = open(self.data + ".log", "ab")
        begin = errors.tell()
        self.process = subprocess.Popen(
            [self.program, "serve", "--listen", "127.0.0.1:0", "--data", self.data, *self.options],
            stdin=subprocess.DEVNULL, stdout=errors, stderr=errors, env=self.environment)
        for _ in range(600):
            text = open(self.data + ".log", "rb").read()[begin:].decode()
            found = re.search(r"listening at http://[^/]*:(\d+)/", text)
            if found:
                self.port = int(found[1])
                return
            if self.process.poll() is not None:
                raise RuntimeError(text)
            time.sleep(0.05)
        raise RuntimeError("the service does not begin")

    def kill(self):
        self.process.kill()
        self.process.wait()

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)

    def wait_for_step(self, id, step):
        while (self.json("GET", f"/api/jobs/{id}")["step"] or 0) < step:
            time.sleep(0.05)

    def wait_for_log(self, pattern):
        for _ in range(200):
            if re.search(pattern, self.log()):
                return
            time.sleep(0.05)
        raise AssertionError(f"{pattern} is not in the log: {self.log()[-2000:]}")

    def log(self):
        return open(self.data + ".log").read()

    def memory(self, name):
        """VmRSS or VmHWM in bytes."""
        for line in open(f"/proc/{self.process.pid}/status"):
            if line.startswith(name + ":"):
                return int(line.split()[1]) << 10

    def request(self, method, path, body=None, headers=None, timeout=60):
        """Status, headers and body of an answer."""
        headers = dict(headers or {})
        if isinstance(body, (dict, list)):
            body = json.dumps(body).encode()
            headers.setdefault("Content-Type", "application/json")
        if self.token:
            headers.setdefault("Authorization", "Bearer " + self.token)
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        with contextlib.closing(connection):
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()

    def json(self, method, path, body=None, headers=None, status=(200, 201, 202)):
        got, _, text = self.request(method, path, body, headers)
        assert got in (status if isinstance(status, tuple) else (status,)), (method, path, got, text)
        return json.loads(text)

    def upload(self, path, use="", status=(200, 201)):
        data = path if isinstance(path, bytes) else open(path, "rb").read()
        name = "bytes" if isinstance(path, bytes) else os.path.basename(path)
        return self.json("POST", "/api/uploads" + use, data, {
            "Content-Type": "application/octet-stream", "X-File-Name": urllib.parse.quote(name)}, status)

    def job(self, content, style, **options):
        return self.json("POST", "/api/jobs", {"content": content["id"], "styles": [style["id"]], **options})

    def wait(self, job, *states, seconds=300):
        """The job once it is in one of these states."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found = self.json("GET", f"/api/jobs/{job['id']}")
            if found["state"] in states:
                return found
            time.sleep(0.05)
        raise AssertionError(f"job {job['id']} is {found['state']}: {self.log()[-2000:]}")
