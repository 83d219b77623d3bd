"""The page in Chromium: a photo is given, planned, painted, stopped and downloaded, on a phone and a desktop, light and dark.

Usage: browser.py QSTYLE FIXTURES FOLDER [PICTURES]        PICTURES: a folder for pictures of the page
"""
import hashlib
import pathlib
import subprocess
import sys
import time

from chromium import Chromium
from client import Service

program, fixtures, folder = sys.argv[1], pathlib.Path(sys.argv[2]).resolve(), pathlib.Path(sys.argv[3]).resolve()
pictures = pathlib.Path(sys.argv[4]) if len(sys.argv) > 4 else None
(folder / "styles").mkdir()
for name in "style-warm-glass.jpg", "style-night-swirls.jpg":
    (folder / "styles" / name).write_bytes((fixtures / name).read_bytes())
token = "abcdef0123456789"
(folder / "token").write_text(token)
service = Service(program, folder / "data", "--threads", "2", "--styles", str(folder / "styles"), "--token", str(folder / "token"))
service.token = token
browser = Chromium(folder)
for domain in "Page", "Runtime", "Log", "Network", "DOM":
    browser.call(f"{domain}.enable")
browser.call("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(folder / "downloads"))
address = f"http://127.0.0.1:{service.port}/"


def check(name):
    """Looks at the page in both sizes and colours."""
    found = []
    for width in 390, 1280:
        for dark in False, True:
            browser.size(width, 900, dark)
            time.sleep(0.2)
            found += [f"{width} px, {'dark' if dark else 'light'}: {sentence}"
                      for sentence in browser.run(open(pathlib.Path(__file__).parent / "accessible.js").read())]
            if pictures:
                browser.picture(pictures / f"{name}-{width}-{'dark' if dark else 'light'}.png")
    assert not found, f"{name}: " + "; ".join(found)
    browser.size(1280, 900, False)


browser.size(1280, 900, False)
browser.call("Page.navigate", url=address)
# The token: a wrong one, then the right one.
browser.wait("document.getElementById('token-dialog')?.open")
for given in "wrong-token-wrong", token:
    browser.run(f"document.getElementById('token').value = '{given}'; document.querySelector('#token-form button').click()")
    if given != token:
        browser.wait("document.getElementById('token-bad').textContent")
browser.wait("document.querySelectorAll('input[name=style]').length == 2")
check("empty")

# The keyboard: every control is reached in the order of the page, and shows that it is.
reached = []
browser.run("document.body.tabIndex = -1; document.body.focus()")
for _ in range(12):
    for type in "rawKeyDown", "keyUp":
        browser.call("Input.dispatchKeyEvent", type=type, key="Tab", code="Tab", windowsVirtualKeyCode=9)
    reached.append(browser.run("(e => e.id || e.name || e.tagName)(document.activeElement)"))
for wanted in "photo", "style", "own", "size", "strength", "colors", "SUMMARY":
    assert wanted in reached, reached
assert reached.index("photo") < reached.index("style") < reached.index("size") < reached.index("strength"), reached

# A photo and an own painting.
browser.choose_file("#photo", fixtures / "photo-chelsea.png")
browser.choose_file("#own", fixtures / "photo-rocket.jpg")
browser.wait("document.querySelectorAll('input[name=style]').length == 3")
browser.wait("/Warm glass/.test(document.getElementById('styles').textContent)")
browser.run("[...document.querySelectorAll('.style')].find(s => /Warm/.test(s.textContent)).querySelector('input').click()")
browser.run("document.getElementById('advanced').open = true; document.getElementById('side').value = 96; document.getElementById('steps').value = 40;"
            "document.getElementById('steps').dispatchEvent(new Event('input', {bubbles: true}))")
browser.wait("!document.getElementById('start').disabled")
plan = browser.run("document.getElementById('plan').textContent")
assert "96 × 64 pixels, 40 steps" in plan and "MiB" in plan, plan
check("planned")
browser.run("document.getElementById('start').click()")
browser.wait("!document.getElementById('start').disabled")
# A longer one, which is stopped; one behind it, which is cancelled.
browser.run("document.getElementById('side').value = 160; document.getElementById('steps').value = 3000;"
            "document.getElementById('steps').dispatchEvent(new Event('input', {bubbles: true}))")
for _ in range(2):
    browser.wait("!document.getElementById('start').disabled && /3000/.test(document.getElementById('plan').textContent)")
    browser.run("document.getElementById('start').click()")
    time.sleep(0.3)
browser.wait("jobs.length == 3 && jobs.find(j => j.id == 1).state == 'done'")
browser.wait("current && current.id == 2 && !document.getElementById('now-view').hidden && document.getElementById('line').getAttribute('points').length > 40")
pixels = """(image => { const canvas = document.createElement("canvas"); canvas.width = image.naturalWidth; canvas.height = image.naturalHeight;
    canvas.getContext("2d").drawImage(image, 0, 0); return canvas.toDataURL(); })(document.getElementById("now-view"))"""
browser.run(f"first = {pixels}")
browser.wait(f"{pixels} != first")
assert "left" in browser.run("document.getElementById('left').textContent") and "%" in browser.run("document.title")
check("painting")
browser.run("document.querySelector('#queue button[aria-label^=Cancel]').click()")
browser.wait("jobs.find(j => j.id == 3).state == 'cancelled'")
browser.run("document.getElementById('stop').click()")
browser.wait("jobs.find(j => j.id == 2).state == 'cancelled' && /Stopped at step/.test(document.getElementById('works').textContent)")

# The painting, beside its photo; downloaded, it is that of `qstyle transfer`.
browser.run("document.querySelector('#works button[aria-label^=Look]').click()")
browser.wait("document.getElementById('viewer').open && document.getElementById('after').naturalWidth == 96 && document.getElementById('before').naturalWidth == 320")
browser.run("document.getElementById('divide').value = 50; document.getElementById('divide').dispatchEvent(new Event('input'))")
check("viewer")
browser.run("document.getElementById('png').click()")
browser.run("document.getElementById('jpg').click()")
end = time.monotonic() + 20
while len(list((folder / "downloads").glob("*painted.???"))) < 2 and time.monotonic() < end:
    time.sleep(0.1)
subprocess.run([program, "transfer", fixtures / "photo-chelsea.png", fixtures / "style-warm-glass.jpg", "--size", "96", "--steps", "40",
                "--threads", "2", "--quiet", "-o", folder / "alone.png"], check=True)
got = (folder / "downloads/photo-chelsea-painted.png").read_bytes()
assert hashlib.sha256(got).digest() == hashlib.sha256((folder / "alone.png").read_bytes()).digest(), "the download is another picture"
assert (folder / "downloads/photo-chelsea-painted.jpg").read_bytes()[:2] == b"\xff\xd8"
browser.run("document.getElementById('viewer').close()")
check("gallery")

# A service that goes away is told, and comes back by itself.
hosts, problems = set(), []
for event in browser.events:
    words = event.get("params", {})
    if event.get("method") == "Network.requestWillBeSent":
        hosts.add(words["request"]["url"].split("/")[2] if words["request"]["url"].startswith("http") else "")
    if event.get("method") == "Runtime.exceptionThrown":
        problems.append(words["exceptionDetails"])
    if event.get("method") == "Log.entryAdded" and words["entry"]["level"] == "error" and " 401 " not in words["entry"]["text"]:
        problems.append(words["entry"])
    if event.get("method") == "Runtime.consoleAPICalled" and words["type"] in ("error", "warning"):
        problems.append(words)
assert hosts <= {f"127.0.0.1:{service.port}", ""}, hosts
assert not problems, problems
service.kill()
browser.wait("document.getElementById('link').textContent == 'not connected'")
assert token not in service.log()
print(f"the page: {len(browser.events)} events of the browser, no request to another host, no error")
