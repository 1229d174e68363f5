// Looks at a page for crawler/toolbar_use.py: which entries and controls it has, how its text looks.
// Called as a function of { do, ... }; marks what it names with attributes so that it can be clicked.
(asked) => {
  const state = (window.__sunsweepLook = window.__sunsweepLook || { seen: new Set(), count: 0 });
  const roots = () => {
    // The document and every open shadow tree in it.
    const out = [document];
    for (const root of out) for (const node of root.querySelectorAll("*")) if (node.shadowRoot) out.push(node.shadowRoot);
    return out;
  };
  const all = (selector) => roots().flatMap((root) => [...root.querySelectorAll(selector)]);
  const squeeze = (text) => (text || "").replace(/\s+/g, " ").trim();
  const visible = (node) => {
    const box = node.getBoundingClientRect();
    if (box.width < 2 || box.height < 2) return false;
    const style = getComputedStyle(node);
    return style.visibility !== "hidden" && style.display !== "none" && Number(style.opacity) > 0.05;
  };
  const words = (node) => {
    const own = squeeze(node.textContent);
    const inner = node.querySelector ? node.querySelector("img") : null;
    const said = [own.length <= 24 ? own : ""];
    const filled = /^(SELECT|INPUT)$/.test(node.tagName) && !/^(button|submit)$/.test(node.type);
    if (filled) said[0] = squeeze(node.labels && node.labels[0] ? node.labels[0].innerText : "");
    for (const name of ["title", "alt", "aria-label", filled ? "name" : "value", "data-title", "data-tip"]) said.push(node.getAttribute(name) || "");
    if (inner) said.push(inner.getAttribute("alt") || "", inner.getAttribute("title") || "");
    return said.map(squeeze).filter((text) => text && text.length <= 24);
  };
  const named = (node) => {
    const image = node.tagName === "IMG" ? node : node.querySelector("img,i,svg,span");
    const parts = [node.id, node.className, node.getAttribute("onclick"), node.getAttribute("href")];
    if (image) parts.push(image.id, image.className, image.getAttribute("src"));
    return parts.filter((part) => typeof part === "string").join(" ").slice(0, 300);
  };
  const mark = (node) => {
    if (!node.dataset.sunsweep) node.dataset.sunsweep = String(++state.count);
    return node.dataset.sunsweep;
  };
  const clickable = (node) =>
    /^(A|BUTTON|INPUT|LABEL|SELECT|OPTION)$/.test(node.tagName) || node.onclick !== null ||
    node.getAttribute("role") === "button" || node.hasAttribute("tabindex") || getComputedStyle(node).cursor === "pointer";

  const entries = () => {
    const said = new RegExp(asked.words), handler = new RegExp(asked.handler, "i");
    const identity = new RegExp(asked.identity, "i"), href = new RegExp(asked.href, "i"), badge = new RegExp(asked.badge, "i");
    const found = [];
    for (const node of all("a,button,input[type=button],img,span,li,i,em,div,p,label,dd,area")) {
      const address = node.getAttribute("href") || "", act = node.getAttribute("onclick") || "";
      if (badge.test(address) || (node.closest("a[href]") && badge.test(node.closest("a[href]").getAttribute("href")))) continue;
      const spoken = words(node).find((text) => said.test(text.replace(/\s/g, "")));
      const known = handler.test(act) || handler.test(address) || (node.id && identity.test(node.id)) || href.test(address);
      if (!spoken && !known) continue;
      // The innermost element that says so; a wrapper with the same words is the same entry.
      const last = found[found.length - 1];
      if (last && last.node.contains(node)) {
        if (clickable(last.node) && !/^(A|BUTTON)$/.test(node.tagName)) continue;
        found.pop();
      }
      found.push({ node, text: spoken || "", how: spoken ? "words" : "handler" });
    }
    return found.map(({ node, text, how }) => ({
      mark: mark(node), text, how, visible: visible(node), old: state.seen.has(node),
      href: (node.closest("a[href]") && node.closest("a[href]").href) || "",
    }));
  };
  const controls = () => {
    const found = [], says = new RegExp(asked.says, "i");
    for (const node of all("*")) {
      if ((!asked.all && state.seen.has(node)) || !visible(node)) continue;
      if (/^(SCRIPT|STYLE|HTML|BODY|HEAD)$/.test(node.tagName)) continue;
      const text = words(node)[0] || "";
      // A bar may listen for its parts: what says what it does is worth a click.
      const part = !asked.all && node.children.length === 0 && says.test(text);
      if (!part && !clickable(node)) continue;
      const many = node.querySelectorAll("a,button,input,[onclick],[role=button]").length;
      if (many > 1 || (squeeze(node.textContent).length > 24 && !text)) continue;
      const last = found[found.length - 1];
      if (last && last.node.contains(node)) {
        const own = /^(BUTTON|A|INPUT|SELECT)$/.test(node.tagName) || node.onclick;
        if (!own) continue;
        found.pop();
      }
      found.push({ node, text });
    }
    return found.slice(0, 80).map(({ node, text }) => ({ mark: mark(node), text, named: named(node), tag: node.tagName }));
  };
  const background = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const style = getComputedStyle(at);
      if (style.backgroundImage !== "none") return style.backgroundImage.slice(0, 60);
      if (!/rgba\(\d+, \d+, \d+, 0\)|transparent/.test(style.backgroundColor)) return style.backgroundColor;
    }
    return "none";
  };
  const filters = (node) => {
    const out = [];
    for (let at = node; at; at = at.parentElement) {
      const filter = getComputedStyle(at).filter;
      if (filter && filter !== "none") out.push(filter);
    }
    return out.join(" ");
  };
  const sample = () => {
    // Text a person reads: the first visible text nodes outside whatever came later (a toolbar).
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const taken = [];
    while (walker.nextNode() && taken.length < 60) {
      const text = walker.currentNode, parent = text.parentElement;
      if (squeeze(text.data).length < 4 || !parent || /^(SCRIPT|STYLE|NOSCRIPT|OPTION|TEXTAREA)$/.test(parent.tagName)) continue;
      if (state.began && !state.seen.has(parent)) continue;
      if (visible(parent)) taken.push(text);
    }
    return taken;
  };
  const lookOf = (text) => {
    const range = document.createRange();
    range.selectNodeContents(text);
    const box = range.getClientRects()[0];
    const parent = text.parentElement;
    // The height of a line box's glyphs grows with font size, zoom and transforms alike.
    const height = box ? Math.round(box.height * 10) / 10 : 0;
    return { height, colour: getComputedStyle(parent).color, back: background(parent), filter: filters(parent) };
  };
  const trace = () => {
    // What a click leaves behind even where its effect cannot be read.
    const named = (node) => [...node.attributes].map((one) => `${one.name}=${one.value}`).join(" ");
    const fixed = all("body > *").filter((node) => getComputedStyle(node).position === "fixed").length;
    return [named(document.documentElement), named(document.body), document.styleSheets.length,
      document.body.children.length, all("canvas").length, fixed].join(" | ");
  };
  const looks = () => {
    const fresh = asked.fresh || !state.texts;
    if (fresh) state.texts = sample();
    const shown = state.texts.map((text) => (text.isConnected ? lookOf(text) : null));
    const heard = window.__sunsweep || { spoken: [], played: [] };
    return {
      texts: shown,
      blocks: all("*").filter(visible).length,
      characters: squeeze(document.body.innerText).length,
      trace: trace(),
      classes: `${document.documentElement.className} | ${document.body.className}`,
      heard: heard.spoken.length + heard.played.length,
    };
  };
  const lines = () => {
    // Long thin elements (or screens) and where their edges are, to see which follow the pointer.
    const out = [];
    for (const node of all("*")) {
      const style = getComputedStyle(node);
      if (!/fixed|absolute/.test(style.position) || !visible(node)) continue;
      const box = node.getBoundingClientRect();
      const wide = box.width > innerWidth * 0.4, high = box.height > innerHeight * 0.4;
      if (wide || high) out.push([mark(node), box.top, box.bottom, box.left, box.right]);
    }
    return out;
  };
  switch (asked.do) {
    case "begin":
      state.seen = new Set(all("*"));
      for (const node of state.seen) if (node !== document.body && !visible(node)) state.seen.delete(node);
      state.began = true;
      return true;
    case "began": return Boolean(state.began);
    case "entries": return entries();
    case "controls": return controls();
    case "looks": return looks();
    case "lines": return lines();
    case "spots":
      return (state.texts || []).map((text) => text.parentElement && text.parentElement.getBoundingClientRect())
        .filter((box) => box && box.top > 150 && box.bottom < innerHeight && box.left >= 0)
        .slice(0, 3).map((box) => [box.left + Math.min(box.width, 60) / 2, (box.top + box.bottom) / 2]);
    case "press": {
      const node = all(`[data-sunsweep="${asked.mark}"]`)[0];
      if (!node) return false;
      if (node.tagName === "SELECT") {
        node.selectedIndex = node.options.length - 1;
        node.dispatchEvent(new Event("change", { bubbles: true }));
      } else if (node.type === "range") {
        node.value = node.max || "100";
        for (const kind of ["input", "change"]) node.dispatchEvent(new Event(kind, { bubbles: true }));
      } else {
        node.click();
      }
      return true;
    }
    default: return null;
  }
}
