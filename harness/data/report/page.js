"use strict";
(() => {
  const one = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const overview = one("#overview"), opened = one("#boot"), matrix = one(".matrix");
  let number = null;                       // of the boot that is open

  // ------------------------------------------------------------ light and dark
  const stored = (value) => {
    try {
      if (value !== undefined) localStorage.setItem("netboot-theme", value);
      return localStorage.getItem("netboot-theme");
    } catch { return null; }               // a page from a disk may be allowed no storage
  };
  const isDark = () => {
    const chosen = document.documentElement.dataset.theme;
    return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  };
  const setTheme = (theme) => { if (theme) document.documentElement.dataset.theme = theme; };
  const turn = () => { const theme = isDark() ? "light" : "dark"; setTheme(theme); stored(theme); };
  setTheme(stored());
  one("#theme").onclick = turn;
  one("#help").onclick = () => one("#keys").showModal();

  // ------------------------------------------------------------ the matrix
  const shown = () => all("tr.line:not([hidden]) .cell", matrix);
  const findBoots = () => {
    const words = one("#find-boot").value.toLowerCase().split(/\s+/).filter(Boolean);
    const wanted = one("#overview .chip.on").dataset.show;
    for (const line of all("tr.line", matrix)) {
      const cells = all(".cell", line);
      let fits = false;
      for (const cell of cells) {
        const text = `${line.textContent} ${cell.title}`.toLowerCase();
        const isMeant = words.every((word) => text.includes(word)) && (!wanted || cell.matches(wanted));
        cell.classList.toggle("aside", !isMeant);
        fits = fits || isMeant;
      }
      line.hidden = !fits;
    }
    for (const body of all("tbody", matrix)) body.hidden = !one("tr.line:not([hidden])", body);
    ready();
  };
  const ready = () => {                    // one cell at a time is in the order of Tab
    const cells = shown();
    if (cells.length && !cells.some((cell) => cell.tabIndex === 0)) cells[0].tabIndex = 0;
  };
  const go = (cell) => {
    if (!cell) return;
    for (const other of all(".cell[tabindex='0']", matrix)) other.tabIndex = -1;
    cell.tabIndex = 0;
    cell.focus();
  };
  const beside = (cell, key) => {
    const row = cell.closest("tr"), column = cell.closest("td").cellIndex;
    if (key === "ArrowLeft" || key === "ArrowRight") {
      const cells = all(".cell", row), at = cells.indexOf(cell);
      return cells[at + (key === "ArrowRight" ? 1 : -1)];
    }
    const rows = all("tr.line:not([hidden])", matrix);
    const at = rows.indexOf(row) + (key === "ArrowDown" ? 1 : -1);
    if (!rows[at]) return null;
    const cells = all(".cell", rows[at]);
    const far = (each) => Math.abs(each.closest("td").cellIndex - column);
    return cells.sort((a, b) => far(a) - far(b))[0];
  };
  // Where more of it lies to the right, its edge is faint: a phone shows no scroll bar.
  const box = matrix.parentElement;
  const showEdge = () =>
    box.classList.toggle("more", box.scrollWidth - box.clientWidth - box.scrollLeft > 1);
  box.addEventListener("scroll", showEdge);
  for (const happens of ["resize", "hashchange"]) {
    addEventListener(happens, () => requestAnimationFrame(showEdge));
  }
  showEdge();
  matrix.addEventListener("keydown", (event) => {
    if (!event.key.startsWith("Arrow") || !event.target.matches(".cell")) return;
    event.preventDefault();
    go(beside(event.target, event.key));
  });
  one("#find-boot").oninput = findBoots;
  for (const chip of all("#overview .chip")) chip.onclick = () => {
    for (const other of all("#overview .chip")) other.classList.toggle("on", other === chip);
    findBoots();
  };
  ready();

  // ------------------------------------------------------------ one boot
  const unpack = async (text) => {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(stream).text();
  };
  const open = async () => {
    const found = /^#boot-(\d+)$/.exec(location.hash);
    const data = found && one(`#data-${found[1]}`);
    if (!data) {
      const before = number;
      number = null;
      opened.hidden = true;
      opened.replaceChildren();
      overview.hidden = false;
      if (before !== null) go(one(`.cell[href="#boot-${before}"]`, matrix));
      return;
    }
    number = Number(found[1]);
    const mine = number;
    const html = await unpack(data.textContent);
    if (mine !== number) return;           // somebody has gone on meanwhile
    opened.innerHTML = html;
    overview.hidden = true;
    opened.hidden = false;
    scrollTo(0, 0);
    opened.focus({ preventScroll: true });
    screenOf(opened);
    witnessesOf(opened);
    for (const button of all("[data-copy]", opened)) button.onclick = () => copy(button);
  };
  const copy = (button) => {
    const text = one("code", button.parentElement);
    navigator.clipboard?.writeText(text.textContent);
    getSelection().selectAllChildren(text);
  };

  // ------------------------------------------------------------ its screen, through time
  const screenOf = (boot) => {
    const data = one(".pictures", boot);
    if (!data) return;
    const steps = JSON.parse(data.textContent), terminal = one(".terminal", boot);
    const slider = one(".scrub input", boot), told = one(".scrub output", boot);
    const show = (step) => {
      const rows = {};
      for (const [, changed] of steps.slice(0, step + 1)) Object.assign(rows, changed);
      const height = Math.max(25, ...Object.keys(rows).map((row) => Number(row) + 1));
      terminal.innerHTML = Array.from({ length: height }, (_, row) => rows[row] ?? "").join("\n");
      told.textContent = `${steps[step][0].toFixed(2)} s`;
      slider.value = step;
    };
    slider.oninput = () => show(Number(slider.value));
    for (const chip of all("[data-at]", boot)) chip.onclick = () => {
      const at = Number(chip.dataset.at) + 0.02;
      show(Math.max(0, steps.findLastIndex(([time]) => time <= at)));
    };
    show(steps.length - 1);
  };

  // ------------------------------------------------------------ its witnesses
  const witnessesOf = (boot) => {
    const section = one(".witnesses", boot);
    if (!section) return;
    const moments = all(".moments .moment", section), field = one(".find", section);
    const silent = new Set(), chips = one(".chips", section);
    const filter = () => {
      const word = field.value.toLowerCase();
      let found = 0;
      for (const moment of moments) {
        const text = moment.textContent.toLowerCase();
        moment.hidden = silent.has(moment.dataset.who) || (word !== "" && !text.includes(word));
        found += !moment.hidden;
        mark(one(".text", moment), moment.hidden ? "" : word);
      }
      one(".found", section).textContent = word ? `${found} of ${moments.length}` : "";
    };
    for (const who of new Set(moments.map((moment) => moment.dataset.who))) {
      const chip = document.createElement("button");
      chip.type = "button";
      chip.className = "chip on";
      chip.textContent = who;
      chip.onclick = () => {
        const isOn = chip.classList.toggle("on");
        if (isOn) silent.delete(who); else silent.add(who);
        filter();
      };
      chips.append(chip);
    }
    field.oninput = filter;
    boot.onclick = (event) => {
      const link = event.target.closest("[data-find]");
      if (!link) return;
      event.preventDefault();
      const moment = moments.find((each) => one(".who", each).textContent === link.dataset.find);
      if (!moment) return;
      moment.hidden = false;
      moment.scrollIntoView({ block: "center" });
      moment.classList.add("is-it");
    };
  };
  const mark = (place, word) => {
    const text = place.textContent, parts = [];
    let at = 0, next;
    while (word && (next = text.toLowerCase().indexOf(word, at)) >= 0) {
      const found = document.createElement("mark");
      found.textContent = text.slice(next, next + word.length);
      parts.push(text.slice(at, next), found);
      at = next + word.length;
    }
    if (parts.length || place.children.length) place.replaceChildren(...parts, text.slice(at));
  };

  // ------------------------------------------------------------ keys
  const step = (cells, way) => {
    if (!cells.length) return;
    const links = [...new Set(cells.map((cell) => cell.getAttribute("href")))];
    const at = links.indexOf(location.hash);
    const next = at < 0 ? (way > 0 ? 0 : links.length - 1) : (at + way + links.length) % links.length;
    location.hash = links[next];
  };
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || one("dialog[open]")) return;
    const isTyping = event.target.matches("input[type=search]");
    if (event.key === "Escape") {
      if (isTyping) event.target.blur(); else if (number !== null) location.hash = "";
      return;
    }
    if (isTyping) return;
    const red = () => all(".cell.failed, .cell.error", matrix);
    const keys = {
      "/": () => one(number === null ? "#find-boot" : ".find")?.focus(),
      "?": () => one("#keys").showModal(),
      t: turn,
      n: () => step(red(), 1),
      p: () => step(red(), -1),
      j: () => step(all(".cell", matrix), 1),
      k: () => step(all(".cell", matrix), -1),
    };
    if (!(event.key in keys)) return;
    event.preventDefault();
    keys[event.key]();
  });

  addEventListener("hashchange", open);
  open();
})();
