"use strict";
(() => {
  const root = document.documentElement;
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const make = (tag, attributes = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  };
  const announce = (text) => { document.getElementById("announce").textContent = text; };
  root.classList.add("scripted");

  // Tables: sorted by their groups, because the rows of a model belong together.

  const grid = (rows) => {
    const cells = rows.map(() => []);
    rows.forEach((row, index) => {
      let column = 0;
      for (const cell of row.cells) {
        while (cells[index][column]) column += 1;
        for (let down = 0; down < cell.rowSpan && index + down < rows.length; down += 1) cells[index + down][column] = cell;
        column += 1;
      }
    });
    return cells;
  };
  const words = (cell) => {
    if (!cell) return "";
    const value = cell.querySelector(".value, .command");
    const own = (node) => node.nodeType === 3 || (node.matches && node.matches(".whole"));
    const text = value ? value.textContent : [...cell.childNodes].filter(own).map((node) => node.textContent).join("");
    return text.trim();
  };
  const isScale = (body) => body.classList.contains("scale");
  const cellsOf = (body, column) => [...new Set(grid([...body.rows].filter((row) => !row.hidden)).map((row) => row[column]).filter(Boolean))];
  const keyOf = (body, column) => {
    const cells = cellsOf(body, column);
    const numbers = cells.filter((cell) => cell.dataset.n).map((cell) => Number(cell.dataset.n));
    if (numbers.length) return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
    const text = words(cells[0]);
    return text === "n/a" || text === "–" ? "" : text;
  };
  // A group goes by its first row: a column of words that differ within every group has no order of groups.
  const sortable = (table, column) => table.original.filter((body) => !isScale(body)).some((body) => {
    const cells = cellsOf(body, column);
    return cells.some((cell) => cell.dataset.n) || new Set(cells.map(words)).size < 2;
  });
  const compare = (a, b) => {
    if (a === "" || b === "") return Infinity;
    if (typeof a === "number" && typeof b === "number") return a - b;
    return String(a).localeCompare(String(b), "en", { numeric: true });
  };
  const sort = (table, column, direction) => {
    const bodies = table.original;
    const results = bodies.filter((body) => !isScale(body));
    const keys = new Map(results.map((body) => [body, keyOf(body, column)]));
    const sorted = direction === "none" ? results : [...results].sort((a, b) => {
      const order = compare(keys.get(a), keys.get(b));
      // What has no value stands last, whichever way the others are.
      if (order === Infinity) return (keys.get(a) === "") - (keys.get(b) === "");
      return direction === "ascending" ? order : -order;
    });
    // Rows to read the others by keep their places at both ends.
    const first = bodies.indexOf(results[0]);
    const scales = bodies.filter(isScale);
    table.append(...scales.filter((body) => bodies.indexOf(body) < first), ...sorted, ...scales.filter((body) => bodies.indexOf(body) > first));
  };
  const NEXT = { none: "ascending", ascending: "descending", descending: "none" };
  const MARKS = { none: "↕", ascending: "↑", descending: "↓" };

  const csv = (table) => {
    const every = [...table.tHead.rows[0].cells];
    const heads = every.filter((head) => !head.hidden);
    const rows = [...table.tBodies].filter((body) => !body.hidden).flatMap((body) => grid([...body.rows].filter((row) => !row.hidden)))
      .map((row) => every.map((_, column) => row[column]).filter((_, column) => !every[column].hidden));
    const plain = (part) => [...part.childNodes].filter((node) => !(node.matches && node.matches(".notes"))).map((node) => node.textContent).join("");
    const small = (cell) => {
      if (!cell) return "";
      const said = all("small", cell).map((part) => plain(part).trim().replace(/\s*\n\s*/g, "; "));
      const notes = all(".notes", cell).flatMap((note) => note.textContent.split(",")).map((number) => `note ${number.trim()}`);
      return [...said, ...notes].filter(Boolean).join("; ");
    };
    const detailed = heads.map((_, column) => rows.some((row) => small(row[column])));
    const title = (head) => {
      const hint = small(head) ? ` (${small(head)})` : "";
      return head.dataset.title + hint + (head.dataset.unit ? ` [${head.dataset.unit}]` : "");
    };
    const line = (values) => values.map((value) => {
      // A spreadsheet would compute what begins like a formula; numbers are none.
      const safe = typeof value === "string" && /^[=+\-@\t]/.test(value) ? `'${value}` : String(value);
      return `"${safe.replace(/"/g, '""')}"`;
    }).join(",");
    const value = (cell) => (cell && cell.dataset.n ? Number(cell.dataset.n) : words(cell));
    const lines = [line(heads.flatMap((head, column) => (detailed[column] ? [title(head), `${head.dataset.title}, small print`] : [title(head)])))];
    for (const row of rows) lines.push(line(heads.flatMap((_, column) => (detailed[column] ? [value(row[column]), small(row[column])] : [value(row[column])]))));
    const box = table.closest(".table");
    const below = [...all(".footnotes li", box).map((note, index) => `${index + 1}: ${note.textContent}`), ...all(".protocol", box).map((text) => text.textContent)];
    return [...lines, "", ...below.map((text) => line([text]))].join("\r\n");
  };
  const download = (name, text) => {
    const link = make("a", { download: name, href: URL.createObjectURL(new Blob(["\ufeff", text], { type: "text/csv;charset=utf-8" })) });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };

  for (const table of all(".table table")) {
    const caption = table.caption.textContent.trim();
    table.original = [...table.tBodies];
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => {
      head.dataset.title = words(head);
      if (table.original.length < 2 || !sortable(table, column)) return;
      const mark = make("span", { class: "order", "aria-hidden": "true" }, MARKS.none);
      const button = make("button", { type: "button", class: "sort" });
      button.append(...head.childNodes);
      button.insertBefore(mark, button.querySelector("small"));
      head.append(button);
      button.addEventListener("click", () => {
        const direction = NEXT[head.getAttribute("aria-sort") || "none"];
        for (const other of heads) {
          other.removeAttribute("aria-sort");
          const order = other.querySelector(".order");
          if (order) order.textContent = MARKS.none;
        }
        if (direction !== "none") head.setAttribute("aria-sort", direction);
        mark.textContent = MARKS[direction];
        table.order = [column, direction];
        sort(table, column, direction);
        announce(direction === "none" ? `${caption}: in its first order` : `${caption}: sorted by ${head.dataset.title}, ${direction}`);
      });
    });
    const button = make("button", { type: "button", class: "quietly csv", "aria-label": `Download as CSV: ${caption}` }, "CSV");
    const name = `${caption.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "").slice(0, 60) || "table"}.csv`;
    button.addEventListener("click", () => download(name, csv(table)));
    table.closest(".table").prepend(button);
  }

  // The reader's own case: one answer at a time. A link or an address that leads to another one chooses it.

  const answers = all(".answer");
  const select = answers.length > 1 ? make("select", { id: "case" }, ...answers.map((answer, index) => make("option", { value: index }, answer.dataset.case))) : null;
  const choose = (at) => {
    answers.forEach((answer, index) => answer.classList.toggle("other-case", index !== at));
    if (select) select.value = at;
  };
  const chooseBy = (hash) => {
    const target = document.getElementById(hash.slice(1));
    const at = answers.findIndex((answer) => answer.contains(target));
    if (at < 0 || answers[at].hidden) return;
    choose(at);
    target.scrollIntoView();
  };
  // Only what the filters show can be chosen, and a heading without cards or answers is hidden with them.
  const offer = () => {
    const first = answers.findIndex((answer) => !answer.hidden);
    const title = document.getElementById("why-title");
    if (title) title.hidden = first < 0;
    if (select) {
      select.closest("p").hidden = first < 0;
      [...select.options].forEach((option, index) => { option.disabled = answers[index].hidden; });
      if (first >= 0 && answers[Number(select.value)].hidden) choose(first);
    }
    for (const list of all(".verdicts")) {
      list.hidden = [...list.children].every((card) => card.hidden);
      list.previousElementSibling.hidden = list.hidden;
    }
  };
  if (select) {
    select.addEventListener("change", () => choose(Number(select.value)));
    answers[0].before(make("p", { class: "chooser" }, make("label", { for: "case" }, "Your case "), select));
    choose(0);
    addEventListener("hashchange", () => chooseBy(location.hash));
    document.addEventListener("click", (event) => {
      const link = event.target.closest("a[href^='#answer-']");
      if (link) chooseBy(link.hash);
    });
  }

  // Filters: what a reader does not ask for is hidden, in tables, figures and legends alike.

  const spans = new Map();
  const reflow = (body) => {
    // Cells that reach over several rows belong to the first one that is shown.
    if (!spans.has(body)) spans.set(body, [...body.rows[0].cells].map((cell, column) => [cell, column]).filter(([cell]) => cell.rowSpan > 1));
    const shown = [...body.rows].filter((row) => !row.hidden);
    body.hidden = !shown.length;
    if (!shown.length) return;
    for (const [cell] of spans.get(body)) cell.remove();
    for (const [cell, column] of spans.get(body)) {
      cell.rowSpan = shown.length;
      shown[0].insertBefore(cell, shown[0].cells[column] || null);
    }
  };
  const filters = document.getElementById("filters");
  const filter = () => {
    const boxes = all("input", filters);
    const off = (kind) => new Set(boxes.filter((box) => box.name === kind && !box.checked).map((box) => box.value));
    const hidden = { dataset: off("dataset"), model: off("model"), framework: off("framework") };
    for (const element of all("[data-dataset], [data-model], [data-framework], [data-models]")) {
      const { dataset, model, framework, frameworks, models } = element.dataset;
      // Parts of a drawing know no property "hidden", and what joins two frameworks needs both.
      element.toggleAttribute("hidden", hidden.dataset.has(dataset) || hidden.model.has(model)
        || (framework || "").split(" ").some((name) => hidden.framework.has(name))
        || (frameworks !== undefined && JSON.parse(frameworks).every((name) => hidden.framework.has(name)))
        || (models !== undefined && JSON.parse(models).every((name) => hidden.model.has(name))));
    }
    for (const body of all(".table tbody[data-model]")) {
      const gone = body.hidden;
      reflow(body);
      body.hidden ||= gone;
    }
    for (const table of all(".table table")) if (table.order) sort(table, ...table.order);
    offer();
    const kinds = { dataset: "data sets", model: "models", framework: "frameworks" };
    const parts = Object.entries(kinds).map(([kind, plural]) => [boxes.filter((box) => box.name === kind), plural]).filter(([found]) => found.length);
    announce(`Shown: ${parts.map(([found, plural]) => `${found.filter((box) => box.checked).length} of ${found.length} ${plural}`).join(", ")}`);
  };
  if (filters) {
    filters.hidden = false;
    if (matchMedia("(max-width: 75rem)").matches) filters.querySelector("details").open = false;
    filters.addEventListener("change", filter);
    filters.addEventListener("reset", () => setTimeout(filter));
    filters.addEventListener("submit", (event) => event.preventDefault());
    // A browser that kept boxes over a reload shows what they say.
    if (all("input", filters).some((box) => !box.checked)) filter();
  }

  // Contents: the section that is read is marked, and stays in view where the list is longer than the window.

  const links = new Map(all(".contents a").map((link) => [document.getElementById(link.hash.slice(1)), link]));
  const seen = new Set();
  const spy = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) seen[isIntersecting ? "add" : "delete"](target);
    const current = [...links.keys()].find((section) => seen.has(section));
    for (const [section, link] of links) {
      if (section === current) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  }, { rootMargin: "-10% 0px -75% 0px" });
  for (const section of links.keys()) if (section) spy.observe(section);

  // On paper nothing can be opened: what is folded is printed open, but for commands.

  const folded = () => all("details.more:not(.again):not([open])");
  let opened = [];
  addEventListener("beforeprint", () => { opened = folded(); for (const box of opened) box.open = true; });
  addEventListener("afterprint", () => { for (const box of opened) box.open = false; });

  // Films: one checkpoint at a time, the same one of every film.

  for (const films of all(".films")) {
    const reels = all(".film", films).map((film) => all(".picture", film));
    const last = Math.max(...reels.map((frames) => frames.length)) - 1;
    if (last < 1) continue;
    const input = make("input", { type: "range", min: 0, max: last, step: 1, value: last });
    const output = make("output", { "aria-live": "off" });
    const play = make("button", { type: "button" }, "Play");
    films.classList.add("moving");
    const title = `Training on ${films.closest(".part").querySelector("h3").textContent.trim()}`;
    films.querySelector(".reels").before(make("div", { class: "controls", role: "group", "aria-label": title }, make("label", {}, "Training time ", input), output, play));
    const show = () => {
      const at = Number(input.value);
      for (const frames of reels) {
        // Films end together: those with fewer checkpoints begin later.
        const chosen = Math.max(0, at - (last + 1 - frames.length));
        frames.forEach((frame, index) => { frame.hidden = index !== chosen; });
      }
      const longest = reels.find((frames) => frames.length === last + 1);
      const text = `${longest[at].querySelector("figcaption").textContent.trim()}, checkpoint ${at + 1} of ${last + 1}`;
      output.textContent = text;
      input.setAttribute("aria-valuetext", text);
    };
    let timer = 0;
    const stop = () => { clearInterval(timer); timer = 0; play.textContent = "Play"; };
    play.addEventListener("click", () => {
      if (timer) { stop(); return; }
      play.textContent = "Stop";
      input.value = 0;
      show();
      timer = setInterval(() => {
        input.value = Number(input.value) + 1;
        show();
        if (Number(input.value) === last) stop();
      }, 500);
    });
    input.addEventListener("input", () => { stop(); show(); });
    for (const film of all(".film", films)) {
      film.removeAttribute("tabindex");
      film.removeAttribute("role");
      film.removeAttribute("aria-label");
    }
    show();
  }

  // Walks: they stand, and move while their button is pressed.

  for (const walk of all(".walk")) {
    const films = all(".moves", walk);
    if (!films.length) continue;
    const name = `${walk.querySelector("h5").textContent.trim()} on ${walk.closest(".part").querySelector("h3").textContent}`;
    const play = make("button", { type: "button", class: "play", "aria-pressed": "false", "aria-label": `Play: ${name}` }, "Play");
    play.addEventListener("click", () => {
      const moves = play.getAttribute("aria-pressed") === "false";
      play.setAttribute("aria-pressed", moves);
      for (const film of films) { film.hidden = !moves; film.previousElementSibling.hidden = moves; }
    });
    walk.querySelector("h5").after(play);
  }

  // Weights: what the reader cares for, weighed anew; verdicts do not move.

  const data = JSON.parse(document.getElementById("data").textContent);
  const weights = document.getElementById("weights");
  if (weights) {
    const inputs = all("input", weights);
    const weigh = () => {
      const total = inputs.reduce((sum, input) => sum + Number(input.value), 0);
      const share = Object.fromEntries(inputs.map((input) => [input.name, total ? Number(input.value) / total : 0]));
      for (const input of inputs) {
        const text = `${Math.round(100 * share[input.name])} %`;
        input.closest("label").querySelector("output").textContent = text;
        input.setAttribute("aria-valuetext", text);
      }
      data.answers.forEach((answer, index) => {
        const counted = Object.entries(answer.shares).filter(([id, value]) => value !== null && share[id] > 0);
        const weight = counted.reduce((sum, [id]) => sum + share[id], 0);
        const score = weight ? counted.reduce((sum, [id, value]) => sum + share[id] * value, 0) / weight : null;
        const box = document.getElementById(`weighed-${index}`);
        if (!box) return;
        const even = score !== null && Math.abs(score - 0.5) < 1e-9;
        const winner = score > 0.5 ? answer.a : answer.b;
        box.querySelector(".recipe").textContent = score === null ? "nothing to weigh" : even ? "even" : winner;
        box.querySelector(".score").textContent = score === null ? "" : `${Math.round(100 * score)} to ${Math.round(100 - 100 * score)}`;
        box.querySelector(".balance").style.setProperty("--share", score === null ? 0.5 : score);
      });
    };
    weights.hidden = false;
    const say = () => {
      const cards = all(".verdict-card").filter((card) => !card.hidden && card.querySelector(".weighed"));
      const said = cards.map((card) => [".kicker", ".recipe", ".score"].map((part) => card.querySelector(part).textContent.trim()).filter(Boolean));
      announce(`Weighed anew. ${said.map(([place, ...rest]) => `${place}: ${rest.join(", ")}`).join("; ")}`);
    };
    weights.addEventListener("input", weigh);
    weights.addEventListener("change", say);
    weights.addEventListener("reset", () => setTimeout(() => { weigh(); say(); }));
    weights.addEventListener("submit", (event) => event.preventDefault());
    weigh();
  }

  // An address may name a case from the start.
  if (location.hash) chooseBy(location.hash);
})();
