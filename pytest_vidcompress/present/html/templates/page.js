"use strict";
(() => {
  const root = document.documentElement;
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  root.classList.add("js");

  // Copies: the numbers whole, as the table has them.
  const said = document.getElementById("said");
  const say = (words) => { said.textContent = words; setTimeout(() => { said.textContent = ""; }, 2500); };
  const field = (words) => {
    // A spreadsheet takes a word that begins so for a formula.
    const safe = /^[=+\-@\t\r]/.test(words) && Number.isNaN(Number(words)) ? `'${words}` : words;
    return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  const value = (cell) => field(cell.dataset.v ?? cell.textContent.trim());
  const csv = (table) => all("tr", table).map((row) => [...row.cells].map(value).join(",")).join("\n") + "\n";
  async function copy(words, what) {
    try {
      await navigator.clipboard.writeText(words);
    } catch {
      const area = Object.assign(document.createElement("textarea"), { value: words });
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
    say(`copied: ${what}`);
  }
  function button(words, label, act) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "copy";
    made.textContent = words;
    made.setAttribute("aria-label", label);
    made.addEventListener("click", act);
    return made;
  }
  const tools = {
    ".table"(holder) {
      const table = holder.querySelector("table");
      const title = table.caption.textContent;
      const row = Object.assign(document.createElement("div"), { className: "tools" });
      row.append(button("Copy CSV", `Copy as CSV: ${title}`, () => copy(csv(table), title)));
      holder.append(row);
      sortable(table);
      scrolls.observe(holder.querySelector(".wide"));
    },
    figure(figure) {
      const title = figure.querySelector("h4").textContent;
      const act = () => copy(csv(figure.querySelector("table")), title);
      figure.querySelector("figcaption").append(button("Copy CSV", `Copy the numbers of this plot as CSV: ${title}`, act));
    },
    ".command"(pre) {
      pre.after(button("Copy", "Copy the command", () => copy(pre.textContent, "the command")));
      scrolls.observe(pre);
    },
  };

  // Pictures of videos: a click plays one at a time in its place; what this browser cannot play stays a picture.
  const still = (video) => {
    video.replaceWith(video.picture);
    return video.picture;
  };
  function play(picture) {
    all(".hit video").forEach(still);
    const video = Object.assign(document.createElement("video"), { src: picture.href, controls: true, autoplay: true, playsInline: true, picture });
    video.setAttribute("aria-label", picture.getAttribute("aria-label").replace("Play ", ""));
    video.addEventListener("error", () => {
      const note = Object.assign(document.createElement("p"), { className: "note", textContent: "This browser does not play it." });
      video.closest(".hit").append(note);
      still(video).replaceWith(...picture.childNodes);
      say(note.textContent);
    });
    picture.replaceWith(video);
    video.focus();
  }
  all("a.play").forEach((picture) => {
    picture.addEventListener("click", (click) => {
      if (click.ctrlKey || click.metaKey || click.shiftKey) return;
      click.preventDefault();
      play(picture);
    });
  });

  // Tables: sorted by a click on a heading; a stop for the keyboard only where there is something to scroll to.
  function sort(table, column, heading) {
    const down = heading.getAttribute("aria-sort") !== "descending";
    const key = (row) => row.cells[column].dataset.v ?? row.cells[column].textContent.trim();
    const rows = [...table.tBodies[0].rows].sort((one, other) => {
      const [a, b] = [key(one), key(other)];
      const numbers = a !== "" && b !== "" && !Number.isNaN(Number(a)) && !Number.isNaN(Number(b));
      const order = numbers ? Number(a) - Number(b) : a.localeCompare(b);
      return down ? -order : order;
    });
    all("th", table.tHead).forEach((each) => each.removeAttribute("aria-sort"));
    heading.setAttribute("aria-sort", down ? "descending" : "ascending");
    table.tBodies[0].append(...rows);
  }
  function sortable(table) {
    if (table.tBodies[0].rows.length < 3) return;
    all("th", table.tHead).forEach((heading, column) => {
      const made = Object.assign(document.createElement("button"), { type: "button", textContent: heading.textContent });
      made.addEventListener("click", () => sort(table, column, heading));
      heading.replaceChildren(made);
    });
  }
  const scrolls = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
      else target.removeAttribute("tabindex");
    }
  });

  // A page has hundreds of tables and a screen one: what is folded gets its buttons when it is unfolded.
  const equipped = new WeakSet();
  function equip(within) {
    for (const [selector, add] of Object.entries(tools)) {
      for (const each of all(selector, within)) {
        if (equipped.has(each) || each.parentElement.closest("details:not([open])")) continue;
        equipped.add(each);
        add(each);
      }
    }
  }
  equip(document);
  document.addEventListener("toggle", ({ target }) => { if (target.open) equip(target); }, true);

  // Plots.
  if (!document.getElementById("figures")) return;
  let figures = [];
  const escape = (words) => words.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  const plain = (words) => {
    const area = document.createElement("textarea");
    area.innerHTML = words;
    return area.value;
  };
  function paint(node, style) {
    if (typeof node === "string") return node[0] === "\u0001" ? style.getPropertyValue(`--${node.slice(1)}`).trim() : node;
    if (Array.isArray(node)) return node.map((each) => paint(each, style));
    if (node === null || typeof node !== "object") return node;
    return Object.fromEntries(Object.entries(node).map(([key, each]) => [key, paint(each, style)]));
  }
  function fitted(layout, width) {
    // Names beside rows may take a third of the plot.
    const most = Math.max(10, Math.floor(width / 3 / 6.5));
    for (const name of ["xaxis", "yaxis"]) {
      const axis = layout[name];
      if (axis?.ticktext) {
        axis.ticktext = axis.ticktext.map((each) => {
          const words = plain(each);
          return words.length > most ? `${escape(words.slice(0, most - 1))}…` : each;
        });
      }
    }
    if (width < 520) {
      layout.font.size = 11;
      layout.margin = { ...layout.margin, l: 40, r: 8 };
      if (layout.yaxis?.title?.text && !layout.yaxis.ticktext) layout.yaxis.title.font = { ...layout.yaxis.title.font, size: 11 };
    }
    return layout;
  }

  // Names beside points: the nearest place that no point and no other name has; none where there is no room.
  const pen = document.createElement("canvas").getContext("2d");
  const apart = (a, b) => a[2] <= b[0] || b[2] <= a[0] || a[3] <= b[1] || b[3] <= a[1];
  function* places() {
    for (const far of [14, 24, 40, 60, 84, 112]) {
      for (const [across, down] of [[1, 0], [-1, 0], [0, -1], [0, 1], [1, -1], [-1, -1], [1, 1], [-1, 1]]) {
        yield [across * far, down * far];
      }
    }
  }
  function labelled(plot, labels, fixed) {
    const { xaxis, yaxis, width } = plot._fullLayout;
    const frame = [0, 0, xaxis._length, yaxis._length];
    const at = (x, y) => [xaxis.l2p(x), yaxis.l2p(y)];
    const taken = [];
    for (const trace of plot.data) {
      if (trace.mode !== "markers") continue;
      trace.x.forEach((x, place) => { const [px, py] = at(x, trace.y[place]); taken.push([px - 7, py - 7, px + 7, py + 7]); });
    }
    // Names of budgets stand at the edges.
    for (const each of fixed) {
      const wide = pen.measureText(plain(each.text)).width + 8;
      const x = each.xref === "paper" ? each.x * frame[2] : at(each.x, 0)[0];
      const y = each.yref === "paper" ? (1 - each.y) * frame[3] : at(0, each.y)[1];
      const left = each.xanchor === "right" ? x - wide : x;
      taken.push([left, y - 18, left + wide, y]);
    }
    const bars = [];
    for (const trace of plot.data) {
      if (!trace.error_y) continue;
      trace.x.forEach((x, place) => {
        const y = trace.y[place];
        const [up, down] = [trace.error_y.array[place], trace.error_y.arrayminus[place]];
        const [right, left] = [trace.error_x.array[place], trace.error_x.arrayminus[place]];
        const [px, top] = at(x, y + up);
        const [from, py] = at(x - left, y);
        bars.push([px - 2, top, px + 2, at(x, y - down)[1]], [from, py - 2, at(x + right, y)[0], py + 2]);
      });
    }
    for (const shape of plot.layout.shapes ?? []) {
      if (shape.yref === "paper") { const x = at(shape.x0, 0)[0]; bars.push([x - 2, 0, x + 2, frame[3]]); }
      else { const y = at(0, shape.y0)[1]; bars.push([0, y - 2, frame[2], y + 2]); }
    }
    for (const trace of plot.data) {
      if (trace.line?.shape !== "hv") continue;
      const steps = trace.x.map((x, place) => at(x, trace.y[place]));
      steps.slice(1).forEach(([x, y], place) => {
        const [from, level] = steps[place];
        bars.push([from, level - 2, x, level + 2], [x - 2, Math.min(y, level), x + 2, Math.max(y, level)]);
      });
    }
    const size = width < 520 ? 11 : 12;
    pen.font = `${size}px system-ui, sans-serif`;
    const made = [];
    for (const label of labels) {
      const [x, y] = at(label.x, label.y);
      if (x < 0 || y < 0 || x > frame[2] || y > frame[3]) continue;
      const wide = pen.measureText(plain(label.text)).width + 8;
      const high = size + 6;
      const free = (box, others) => box[0] >= frame[0] && box[1] >= frame[1] && box[2] <= frame[2] && box[3] <= frame[3]
        && others.every((each) => apart(each, box));
      const boxes = [...places()].map(([dx, dy]) => {
        const left = dx > 0 ? x + dx : dx < 0 ? x + dx - wide : x - wide / 2;
        return [left, y + dy - high / 2, left + wide, y + dy + high / 2];
      });
      const box = boxes.slice(0, 32).find((each) => free(each, [...taken, ...bars])) ?? boxes.find((each) => free(each, taken));
      if (!box) continue;
      taken.push(box);
      made.push({
        x: label.x, y: label.y, xref: "x", yref: "y", ax: (box[0] + box[2]) / 2 - x, ay: (box[1] + box[3]) / 2 - y,
        text: label.text, showarrow: true, arrowhead: 0, arrowwidth: 1, arrowcolor: label.colour, standoff: 6, borderpad: 1,
        font: { size, color: label.colour },
      });
    }
    return [...fixed, ...made];
  }

  const drawn = new Map();
  async function draw(plot) {
    const figure = figures[Number(plot.dataset.figure)];
    const style = getComputedStyle(root);
    const layout = fitted(paint(figure.layout, style), plot.clientWidth);
    layout.height = Number(plot.dataset.height);
    if (!matchMedia("(pointer: fine)").matches) layout.dragmode = false;
    const fixed = layout.annotations ?? [];
    const config = { displayModeBar: false, responsive: true, doubleClick: "reset" };
    await Plotly.react(plot, paint(figure.data, style), layout, config);
    const labels = paint(figure.labels, style);
    const name = () => Plotly.relayout(plot, { annotations: labelled(plot, labels, fixed) });
    if (labels.length) {
      await name();
      plot.removeAllListeners("plotly_relayout");
      plot.on("plotly_relayout", (changed) => { if (!("annotations" in changed)) name(); });
    }
    plot.dataset.drawn = root.dataset.theme;
    drawn.set(plot, true);
  }

  const dark = matchMedia("(prefers-color-scheme: dark)");
  const theme = () => { root.dataset.theme = dark.matches ? "dark" : "light"; };
  theme();
  dark.addEventListener("change", () => { theme(); drawn.forEach((_, plot) => draw(plot)); });

  function bytes(words) {
    if (Uint8Array.fromBase64) return Uint8Array.fromBase64(words);
    const packed = atob(words);
    const made = new Uint8Array(packed.length);
    for (let place = 0; place < packed.length; place += 1) made[place] = packed.charCodeAt(place);
    return made;
  }
  function unpacked(name) {
    const packed = bytes(document.getElementById(name).textContent.trim());
    return new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
  }
  async function begin() {
    try {
      figures = JSON.parse(await unpacked("figures"));
      const script = document.createElement("script");
      script.textContent = await unpacked("library");
      document.head.append(script);
    } catch {
      all(".plot").forEach((each) => { each.textContent = "This browser cannot draw the plot; its numbers are below."; });
      return;
    }
    // One after the other, with a moment for the reader between two.
    let last = Promise.resolve();
    const pause = () => new Promise((done) => { setTimeout(done); });
    const later = (plot) => { last = last.then(() => draw(plot)).catch(reportError).then(pause); };
    const seen = new IntersectionObserver((entries) => {
      for (const entry of entries) {
        if (entry.isIntersecting) { seen.unobserve(entry.target); later(entry.target); }
      }
    }, { rootMargin: "400px" });
    all(".plot").forEach((each) => seen.observe(each));
    root.dataset.ready = "yes";
  }
  all(".plot").forEach((each) => { each.style.minHeight = `${each.dataset.height}px`; });
  requestAnimationFrame(() => setTimeout(begin));
})();
