// What of a page is hard to use: names that are missing, contrast below 4.5, what is wider than the page. A list of sentences.
(() => {
  const found = [], visible = e => e.getClientRects().length > 0 && getComputedStyle(e).visibility !== "hidden" && !e.closest("[hidden]");
  const name = e => (e.getAttribute("aria-label") || (e.getAttribute("aria-labelledby") || "").split(" ").map(id => (document.getElementById(id) || {}).textContent || "").join(" ")
    || (e.labels && [...e.labels].map(l => l.textContent).join(" ")) || e.textContent || e.title || "").trim();
  const what = e => e.tagName.toLowerCase() + (e.id ? "#" + e.id : "") + " “" + (e.textContent || "").trim().slice(0, 30) + "”";
  for (const e of document.querySelectorAll("button, a[href], input, select, textarea, summary, progress, [role=img]"))
    if (visible(e) && !name(e)) found.push(what(e) + " has no name");
  for (const e of document.querySelectorAll("img")) if (!e.hasAttribute("alt")) found.push(what(e) + " has no alt");
  const ids = [...document.querySelectorAll("[id]")].map(e => e.id);
  for (const id of new Set(ids)) if (ids.filter(i => i === id).length > 1) found.push("#" + id + " is there twice");
  const color = text => { const m = text.match(/[\d.]+/g).map(Number); return { r: m[0], g: m[1], b: m[2], a: m.length > 3 ? m[3] : 1 }; };
  const over = (top, under) => ({ r: top.r * top.a + under.r * (1 - top.a), g: top.g * top.a + under.g * (1 - top.a), b: top.b * top.a + under.b * (1 - top.a), a: 1 });
  const light = c => { const f = v => (v /= 255) <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; return .2126 * f(c.r) + .7152 * f(c.g) + .0722 * f(c.b); };
  const behind = e => { const layers = []; for (let n = e; n; n = n.parentElement) layers.push(color(getComputedStyle(n).backgroundColor)); return layers.reduceRight((under, top) => over(top, under), { r: 255, g: 255, b: 255, a: 1 }); };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; node = walker.nextNode();) {
    const e = node.parentElement;
    if (!node.textContent.trim() || !visible(e) || ["SCRIPT", "STYLE", "OPTION"].includes(e.tagName) || e.closest(":disabled")) continue;
    const under = behind(e), text = over(color(getComputedStyle(e).color), under), [a, b] = [light(text), light(under)].sort((x, y) => y - x);
    const contrast = (a + .05) / (b + .05), large = parseFloat(getComputedStyle(e).fontSize) >= 24;
    if (contrast < (large ? 3 : 4.5)) found.push(what(e) + " has a contrast of " + contrast.toFixed(2));
  }
  for (const e of document.querySelectorAll("body *")) {
    const r = e.getBoundingClientRect();
    if (visible(e) && r.right > innerWidth + 1 && !e.closest("svg") && getComputedStyle(e).position !== "absolute") found.push(what(e) + " is wider than the page");
  }
  if (document.documentElement.scrollWidth > innerWidth) found.push("the page is " + document.documentElement.scrollWidth + " wide");
  return found;
})()
