"""Requests that mean no good: each is refused as it should be, and the service goes on.

Usage: hostile.py QSTYLE FIXTURES FOLDER
"""
import json
import os
import pathlib
import random
import socket
import subprocess
import sys
import time

from client import Service

program, fixtures, folder = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
token = "0123456789abcdef-token"
(folder / "token").write_text(token + "\n")
service = Service(program, folder / "data", "--token", str(folder / "token"))
service.token = token
before = service.memory("VmHWM")


def connect():
    return socket.create_connection(("127.0.0.1", service.port), 20)


def raw(data, seconds=20):
    """What comes back for bytes, up to the end or the first whole answer."""
    with connect() as stream:
        stream.settimeout(seconds)
        try:
            stream.sendall(data)
            stream.shutdown(socket.SHUT_WR)
            got = b""
            while part := stream.recv(65536):
                got += part
        except OSError:
            pass
        return got


def status(data):
    got = raw(data)
    return int(got.split(b" ")[1]) if got.startswith(b"HTTP/1.1 ") else 0


def head(line, *more):
    return "\r\n".join([line, "Host: localhost", f"Authorization: Bearer {token}", "Connection: close", *more, "", ""]).encode()


# A head that does not end, a body that does not, and a connection that says nothing.
slow = [connect() for _ in range(3)]
begin = time.monotonic()
slow[0].sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n")
slow[1].sendall(head("POST /api/uploads HTTP/1.1", "Content-Type: image/png", "Content-Length: 100000") + b"abc")

# Tokens: none, others, a prefix; nothing of them is in the log.
for given in ({}, {"Authorization": "Bearer x"}, {"Authorization": f"Bearer {token[:-1]}"}, {"Authorization": f"Bearer {token} "*2},
              {"Authorization": f"Basic {token}"}):
    service.token = None
    got, headers, _ = service.request("GET", "/api/jobs", headers=given)
    assert got == 401 and headers["WWW-Authenticate"] == "Bearer", (given, got)
service.token = token
assert service.request("GET", f"/api/jobs?token={token}", headers={"Authorization": ""})[0] == 401
assert service.request("GET", "/")[0] == 200 and service.request("GET", "/api/jobs")[0] == 200

# Other pages, other names of this machine, forms.
for headers, wanted in (({"Origin": "http://example.org"}, 403), ({"Origin": "null"}, 403), ({"Sec-Fetch-Site": "cross-site"}, 403),
                        ({"Origin": f"http://127.0.0.1:{service.port}"}, 200)):
    assert service.request("GET", "/api/jobs", headers=headers)[0] == wanted, headers
# Without a token, this machine's own names alone.
free = Service(program, folder / "free")
for host, wanted in (("example.org", 421), (f"localhost.example.org:{free.port}", 421), ("127.0.0.1@example.org", 421), ("", 421),
                     ("localhost:1", 200), ("[::1]:8080", 200), ("LOCALHOST", 200)):
    for path in "/api/jobs", "/":
        assert free.request("GET", path, headers={"Host": host})[0] == wanted, host
assert free.end() == 0
for type in "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/jsonx":
    assert service.request("POST", "/api/jobs", b"{}", {"Content-Type": type})[0] == 415, type
    assert service.request("POST", "/api/uploads", b"x", {"Content-Type": type})[0] == 415, type

# Sizes.
assert status(head("POST /api/jobs HTTP/1.1", "Content-Type: application/json", "Content-Length: 65537")) == 413
assert status(head("POST /api/uploads HTTP/1.1", "Content-Type: image/png", f"Content-Length: {(64 << 20) + 1}")) == 413
assert status(head("POST /api/uploads HTTP/1.1", "Content-Type: image/png", "Transfer-Encoding: chunked")) == 411
assert status(head("GET /api/jobs HTTP/1.1", "Content-Length: 5")) == 413
for length in "-1", "+5", "1e3", "0x10", "5, 5", "99999999999999999999", "":
    assert status(head("POST /api/jobs HTTP/1.1", f"Content-Length: {length}")) == 400, length
assert status(head("POST /api/jobs HTTP/1.1", "Content-Length: 2", "Content-Length: 2")) == 400
assert status(b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"X: " + b"y" * 20000 + b"\r\n\r\n") == 431
assert status(b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"X: y\r\n" * 100 + b"\r\n") == 431
assert status(b"GET /" + b"a" * 3000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n") == 414
assert len(raw(b"x" * 100000)) > 0

# First lines and headers that servers read in more than one way.
for data in (b"GET / HTTP/1.1\nHost: localhost\n\n\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n", b"GET / HTTP/1.1\r\nHost: a\r\nHost: localhost\r\n\r\n",
             b"GET / HTTP/1.1\r\nHost : localhost\r\n\r\n", b"GET / HTTP/1.1\r\nHost: localhost\r\n folded\r\n\r\n",
             b"GET  / HTTP/1.1\r\nHost: localhost\r\n\r\n", b"GET http://localhost/ HTTP/1.1\r\nHost: localhost\r\n\r\n",
             b"GET /\0 HTTP/1.1\r\nHost: localhost\r\n\r\n", b"G\xc3T / HTTP/1.1\r\nHost: localhost\r\n\r\n",
             b"GET / HTTP/1.1\r\nHost: localhost\r\nX: a\rb\r\n\r\n"):
    assert status(data) == 400, data
assert status(b"GET / HTTP/2.0\r\nHost: localhost\r\n\r\n") == 505

# Paths.
for path in ("/../../etc/passwd", "//", "/api", "/api/", "/api//jobs", "/api/jobs/", "/api/jobs/-1", "/api/jobs/01", "/api/jobs/1/../1",
             "/api/jobs/99999999999999999999", "/api/jobs/1%00", "/api/uploads/..%2f..%2fqueue.db", "/api/uploads/../queue.db",
             "/api/uploads/" + "a" * 64 + "/thumbnail", "/api/uploads/" + "A" * 64, "/queue.db", "/api/jobs/1/checkpoint", "/page.html"):
    assert status(head(f"GET {path} HTTP/1.1")) == 404, path
for method, path in (("PUT", "/"), ("OPTIONS", "/api/jobs"), ("DELETE", "/api/jobs"), ("TRACE", "/"), ("GET", "/api/uploads"),
                     ("GET", "/api/plan"), ("POST", "/api/styles")):
    assert service.request(method, path, headers={"Content-Type": "application/json"})[0] == 405, (method, path)

# Bodies of jobs.
id = "0" * 64
good = {"content": id, "styles": [id]}
for body in ("", "{", "[]", "null", "{}", "[" * 5000, '{"content":"x","styles":["x"]}', json.dumps(good | {"size": 8}), json.dumps(good | {"size": "64"}),
             json.dumps(good | {"steps": 0}), json.dumps(good | {"size": 1e300}), json.dumps(good | {"colors": "red"}), json.dumps(good | {"-o": "/etc/x"}),
             json.dumps({"content": id, "styles": []}), json.dumps({"content": id, "styles": [id] * 5}), json.dumps(good)[:-1] + ',"size":64,"size":65}',
             '{"content":"../../../../etc/passwd","styles":["' + id + '"]}', json.dumps(good) + "x", '{"content":"\\ud800"}', '{"a\xff":1}'):
    for path in "/api/jobs", "/api/plan":
        got = service.request("POST", path, body.encode("latin-1"), {"Content-Type": "application/json"})
        assert got[0] == 400 and json.loads(got[2])["error"], (body[:80], got)
assert service.json("POST", "/api/jobs", good, status=404)["error"].startswith("there is no upload")

# A name is a text that is shown, and no place.
name = "../../<img src=x onerror=alert(1)>%00%0a%ff.png"
got = service.json("POST", "/api/uploads", (fixtures / "photo-chelsea.png").read_bytes(), {
    "Content-Type": "application/octet-stream", "X-File-Name": name})
assert got["name"] == "../../<img src=x onerror=alert(1)>\ufffd.png" and set(p.name for p in folder.iterdir()) == {
    "data", "data.log", "free", "free.log", "token"}

# An upload that breaks off leaves nothing.
with connect() as stream:
    stream.sendall(head("POST /api/uploads HTTP/1.1", "Content-Type: image/png", "Content-Length: 1000000") + b"x" * 100000)
    time.sleep(0.3)
time.sleep(0.3)
assert len(list((folder / "data/tmp").iterdir())) == 1, "only the slow upload is there"

# Requests with random changes: always an answer or an end, and never another state.
random.seed(5)
seeds = [head("GET /api/jobs HTTP/1.1"), head("POST /api/jobs HTTP/1.1", "Content-Type: application/json", "Content-Length: 2") + b"{}",
         head(f"GET /api/uploads/{got['id']} HTTP/1.1", "X-File-Name: a%20b")]
for _ in range(500):
    data = bytearray(random.choice(seeds))
    for _ in range(random.randint(1, 4)):
        place = random.randrange(len(data))
        kind = random.randrange(3)
        if kind == 0:
            data[place] = random.randrange(256)
        elif kind == 1:
            del data[place:place + random.randint(1, 20)]
        else:
            data[place:place] = random.choice([b"\r\n", b"\0", b"%", b"/..", b" ", b":", b"\r\n\r\n"])
    assert status(bytes(data)) in (0, 200, 400, 401, 404, 405, 411, 413, 414, 415, 421, 431, 505), bytes(data)
assert service.json("GET", "/api/jobs") == {"jobs": []}

# More connections than there may be: the others are told so, and it goes on once they have gone.
many = [connect() for _ in range(160)]
time.sleep(0.3)
refused = 0
for stream in many:
    stream.setblocking(False)
    try:
        refused += stream.recv(100).startswith(b"HTTP/1.1 503 ")
    except OSError:
        pass
    stream.close()
assert 30 <= refused <= 40, refused
time.sleep(0.2)
assert service.request("GET", "/api/jobs")[0] == 200
for stream in slow[:2]:
    stream.settimeout(20)
    answer = b""
    try:
        while part := stream.recv(4096):
            answer += part
    except ConnectionError:
        pass
    assert answer == b"" or answer.startswith(b"HTTP/1.1 408 "), answer
assert 9 < time.monotonic() - begin < 25
assert not list((folder / "data/tmp").iterdir())
assert token not in service.log() and "Bearer" not in service.log()
# A disk that is full: nothing is taken, nothing breaks.
if os.geteuid() == 0 and subprocess.run(["unshare", "--mount", "true"], stderr=subprocess.DEVNULL).returncode == 0:
    wrapper = folder / "small-disk"
    wrapper.write_text(f"""#!/bin/sh
exec unshare --mount sh -c 'mkdir -p {folder}/small && mount -t tmpfs -o size=2m none {folder}/small && exec {program} "$@"' sh "$@"
""")
    wrapper.chmod(0o755)
    small = Service(wrapper, folder / "small")
    assert "no space" in small.upload(fixtures / "photo-chelsea.png", status=507)["error"]
    assert small.json("GET", "/api/jobs") == {"jobs": []} and small.end() == 0

print(f"hostile requests: VmHWM {service.memory('VmHWM') / 2**20:.1f} MiB, {before / 2**20:.1f} MiB before")
# A sanitizer keeps what was given back.
assert service.memory("VmHWM") < before + (8 << 20) or "ASAN_OPTIONS" in os.environ
assert service.end() == 0
