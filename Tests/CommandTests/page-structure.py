#!/usr/bin/env python3
"""Checks the structure of reports' pages without a browser (Scripts/check-page does it with one).

Usage: page-structure.py PAGE.html ...

Elements are closed in order, nothing comes from outside and nothing runs; language, title, view port, one main part and
headings without gaps; pictures and controls have names; headings of tables have scopes and every cell that of its column;
charts have a title and a description; names that others refer to are there, once.
"""

import re
import sys
from html.parser import HTMLParser

VOID = {"meta", "link", "img", "input", "br", "hr"}
# Parts of pictures that end themselves.
EMPTY = {"line", "polyline", "circle", "rect"}


class Page(HTMLParser):
    def __init__(self):
        super().__init__()
        self.faults, self.open, self.ids, self.used, self.labels = [], [], [], [], []
        self.levels, self.inputs, self.columns, self.row, self.tags = [], [], 0, [], []
        self.style = ""

    def fault(self, text):
        self.faults.append(f"line {self.getpos()[0]}: {text}")

    def handle_startendtag(self, tag, attributes):
        if tag not in EMPTY:
            self.fault(f"<{tag}/>")

    def handle_starttag(self, tag, attributes):
        own = dict(attributes)
        self.tags.append(tag)
        if tag in EMPTY:
            self.fault(f"<{tag}> is not closed")
        if tag not in VOID:
            self.open.append(tag)
        if "id" in own:
            self.ids.append(own["id"])
        self.used += own.get("aria-labelledby", "").split()
        for name, value in attributes:
            if name.startswith("on") or tag in ("script", "iframe", "object", "embed"):
                self.fault(f"<{tag} {name}> runs")
            if name in ("src", "href", "action") and not (value or "").startswith(("data:", "#")):
                self.fault(f"{name} leads outside")
        if tag == "html" and not own.get("lang"):
            self.fault("no language")
        if re.fullmatch("h[1-6]", tag):
            self.levels.append(int(tag[1]))
        if tag == "img" and not (own.get("alt") and own.get("width") and own.get("height")):
            self.fault("a picture without text or size")
        if tag == "input":
            self.inputs.append((own.get("id"), own.get("aria-label")))
        if tag == "label":
            self.labels.append(own.get("for"))
        if tag == "svg" and own.get("aria-hidden") != "true" and not own.get("aria-labelledby"):
            self.fault("a chart without name")
        if tag == "th" and own.get("scope") not in ("col", "row"):
            self.fault("a heading of a table without scope")
        if tag == "table":
            self.columns = 0
        if tag == "th" and own.get("scope") == "col":
            self.columns += 1
        if tag == "tr":
            self.row = []
        if tag in ("th", "td"):
            self.row.append(own.get("data-label"))
            if tag == "td" and own.get("data-label") is None:
                self.fault("a cell without its heading")

    def handle_endtag(self, tag):
        if not self.open or self.open[-1] != tag:
            self.fault(f"</{tag}> where <{self.open[-1] if self.open else ''}> is open")
        else:
            self.open.pop()
        if tag == "tr" and len(self.row) != self.columns:
            self.fault(f"a row of {len(self.row)} cells in a table of {self.columns}")

    def handle_data(self, data):
        if self.open and self.open[-1] == "style":
            self.style += data

    def finish(self):
        self.close()
        if self.open:
            self.fault(f"open at the end: {self.open}")
        for name in set(self.ids):
            if self.ids.count(name) > 1:
                self.fault(f"{name} is there twice")
        for name in self.used + self.labels:
            if name not in self.ids:
                self.fault(f"{name} is not there")
        for name, label in self.inputs:
            if not label and name not in self.labels:
                self.fault("a control without label")
        if self.levels[:1] != [1] or any(b > a + 1 for a, b in zip(self.levels, self.levels[1:])):
            self.fault(f"headings {self.levels}")
        for tag in ("title", "main", "h1"):
            # Titles of charts come after the page's.
            if tag not in self.tags or (tag != "title" and self.tags.count(tag) > 1):
                self.fault(f"not one {tag}")
        if re.search(r"url\(|@import", self.style) or "prefers-color-scheme:dark" not in self.style or "print" not in self.style:
            self.fault("the style loads something, or lacks dark or print")
        return self.faults


status = 0
for path in sys.argv[1:]:
    page = Page()
    with open(path, encoding="utf-8") as file:
        text = file.read()
    page.feed(text)
    for fault in page.finish() + ([] if 'name="viewport"' in text else ["no view port"]):
        print(f"{path}: {fault}")
        status = 1
sys.exit(status)
