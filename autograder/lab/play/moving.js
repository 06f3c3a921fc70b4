// Draws the scenes that Python computes (scene.py), and sends back what is moved. It takes the place of the still
// picture on the page, and gives it back when the kernel is gone.

const SVG = "http://www.w3.org/2000/svg";
const DASHES = ["", "6 4", "8 3 2 3", "2 3"];
const MARGIN = { right: 14, top: 8, bottom: 42 };
const SEARCH_MS = 120;
const PATIENCE_MS = 8000;
const FINE = 25; // with more rows an image is a map, drawn smooth; with fewer it has fields that one should see

const STYLE = `
.play { color: var(--ink); background: var(--paper); border: 1px solid var(--grid); border-radius: 6px; padding: 10px 12px;
  font: 13px/1.4 system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif; max-width: 980px; margin: 8px 0;
  box-sizing: border-box; }
.play-controls { display: flex; flex-wrap: wrap; gap: 6px 22px; align-items: center; margin-bottom: 8px; }
.play-controls label { display: flex; align-items: center; gap: 8px; }
.play-controls input[type=range] { width: 150px; accent-color: var(--c-blue); margin: 0; }
.play-controls output { min-width: 4.2em; font-variant-numeric: tabular-nums; }
.play-controls button, .play-controls select { font: inherit; color: var(--ink); background: var(--paper);
  border: 1px solid var(--c-grey); border-radius: 4px; padding: 3px 10px; }
.play-controls button { cursor: pointer; }
.play :focus-visible { outline: 2px solid var(--c-orange); outline-offset: 2px; }
.play-panels { display: flex; flex-wrap: wrap; gap: 8px 12px; }
.play-panel { min-width: min(100%, 250px); }
.play p.play-title { font-weight: 600; margin: 0 0 2px; }
.play-legend { display: flex; flex-wrap: wrap; gap: 0 14px; font-size: 12px; padding-left: 8px; min-height: 1.4em; }
.play-legend span { display: inline-flex; align-items: center; gap: 5px; }
.play svg, .play canvas { display: block; width: 100%; }
.play svg text { fill: var(--ink); font-size: 12px; }
.play .handle { cursor: grab; }
.play .touched { touch-action: none; cursor: crosshair; }
.play p.play-says { margin: 6px 0 0; min-height: 2.8em; white-space: pre-line; }
.play-problem { border-left: 4px solid var(--c-red); padding-left: 8px; }
.play-again { font-size: 12px; }
`;

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

function shape(tag, attributes = {}, ...children) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

// ---------------------------------------------------------------- light and dark

function isDark() {
  const body = document.body;
  if (body.dataset.jpThemeLight) return body.dataset.jpThemeLight === "false";
  if (body.dataset.vscodeThemeKind) return /dark|high-contrast$/.test(body.dataset.vscodeThemeKind);
  if (document.documentElement.getAttribute("theme")) return document.documentElement.getAttribute("theme") === "dark";
  return matchMedia("(prefers-color-scheme: dark)").matches;
}

const onDark = (pair) => pair[isDark() ? 1 : 0];

// ---------------------------------------------------------------- numbers

const SIGNS = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };
const power = (n) => "10" + [...String(n)].map((sign) => SIGNS[sign]).join("");

function written(value) {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e5)) return value.toExponential(1).replace("e+", "e");
  return String(Number(value.toPrecision(3))).replace("-", "−");
}

function place(axis, value) {
  if (value === null) return NaN;
  if (!axis.log) return (value - axis.low) / (axis.high - axis.low);
  return value > 0 ? Math.log(value / axis.low) / Math.log(axis.high / axis.low) : -9;
}

function valueAt(axis, part) {
  const bounded = Math.min(Math.max(part, 0), 1);
  return axis.log ? axis.low * Math.pow(axis.high / axis.low, bounded) : axis.low + bounded * (axis.high - axis.low);
}

function ticksOf(axis, most) {
  if (axis.ticks) return axis.ticks;
  if (!axis.log) {
    const rough = (axis.high - axis.low) / most;
    const unit = Math.pow(10, Math.floor(Math.log10(rough)));
    const step = unit * [1, 2, 5, 10].find((factor) => factor * unit >= rough);
    const found = [];
    for (let n = Math.ceil(axis.low / step - 1e-9); n * step <= axis.high + 1e-9 * step; n++) found.push([n * step, written(n * step)]);
    return found;
  }
  const low = Math.ceil(Math.log10(axis.low) - 1e-9);
  const high = Math.floor(Math.log10(axis.high) + 1e-9);
  const every = Math.max(1, Math.ceil((high - low + 1) / most));
  const plain = low >= -3 && high <= 4;
  const found = [];
  for (let n = low; n <= high; n++) {
    if (n % every === 0) found.push([Math.pow(10, n), plain ? written(Math.pow(10, n)) : power(n)]);
    if (high - low < 2) for (const m of [2, 5]) if (m * 10 ** n <= axis.high) found.push([m * 10 ** n, written(m * 10 ** n)]);
  }
  return found;
}

// ---------------------------------------------------------------- marks

function markerPath(kind, x, y, r) {
  const at = (dx, dy) => `${(x + dx * r).toFixed(1)} ${(y + dy * r).toFixed(1)}`;
  if (kind === "s") return `M${at(-1, -1)}L${at(1, -1)}L${at(1, 1)}L${at(-1, 1)}Z`;
  if (kind === "^") return `M${at(0, -1.2)}L${at(1.1, 0.9)}L${at(-1.1, 0.9)}Z`;
  if (kind === "D") return `M${at(0, -1.3)}L${at(1.3, 0)}L${at(0, 1.3)}L${at(-1.3, 0)}Z`;
  if (kind === "X") return `M${at(-1, -0.5)}L${at(-0.5, -1)}L${at(0, -0.5)}L${at(0.5, -1)}L${at(1, -0.5)}L${at(0.5, 0)}L${at(1, 0.5)}L${at(0.5, 1)}L${at(0, 0.5)}L${at(-0.5, 1)}L${at(-1, 0.5)}L${at(-0.5, 0)}Z`;
  if (kind === "*") {
    const corners = Array.from({ length: 10 }, (_, n) => [Math.sin((n * Math.PI) / 5) * (n % 2 ? 0.6 : 1.5), -Math.cos((n * Math.PI) / 5) * (n % 2 ? 0.6 : 1.5)]);
    return "M" + corners.map(([dx, dy]) => at(dx, dy)).join("L") + "Z";
  }
  return `M${at(-1, 0)}A${r} ${r} 0 1 0 ${at(1, 0)}A${r} ${r} 0 1 0 ${at(-1, 0)}Z`;
}

function pathOf(xs, ys) {
  let path = "";
  let pen = false;
  xs.forEach((x, n) => {
    const good = Number.isFinite(x) && Number.isFinite(ys[n]);
    if (good) path += `${pen ? "L" : "M"}${x.toFixed(1)} ${ys[n].toFixed(1)}`;
    pen = good;
  });
  return path;
}

function bytesOf(text) {
  const raw = atob(text);
  return Uint8Array.from(raw, (sign) => sign.charCodeAt(0));
}

const rgb = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));

function coloursFor(name, palettes) {
  const stops = onDark(palettes[name]).map(rgb);
  return (value) => {
    const at = (value / 255) * (stops.length - 1);
    const low = Math.min(Math.floor(at), stops.length - 2);
    return stops[low].map((part, n) => part + (at - low) * (stops[low + 1][n] - part));
  };
}

function pictureOf(mark, palettes) {
  const bytes = bytesOf(mark.data);
  const columns = bytes.length / mark.rows;
  const canvas = element("canvas", { width: columns, height: mark.rows });
  const context = canvas.getContext("2d");
  const pixels = context.createImageData(columns, mark.rows);
  const colour = coloursFor(mark.palette, palettes);
  const table = Array.from({ length: 256 }, (_, value) => colour(value));
  for (let row = 0; row < mark.rows; row++) {
    for (let column = 0; column < columns; column++) {
      const [r, g, b] = table[bytes[row * columns + column]];
      pixels.data.set([r, g, b, 255], 4 * ((mark.rows - 1 - row) * columns + column));
    }
  }
  context.putImageData(pixels, 0, 0);
  return canvas.toDataURL();
}

const ink = (name) => `var(--c-${name})`;

function drawMark(mark, x, y, box, palettes) {
  const colour = ink(mark.colour);
  if (mark.kind === "line") {
    const xs = mark.x.map(x), ys = mark.y.map(y);
    const look = { fill: "none", stroke: colour, "stroke-width": mark.width ?? 2, "stroke-dasharray": DASHES[mark.dash], opacity: mark.opacity ?? 1, "stroke-linejoin": "round" };
    const group = shape("g", {}, shape("path", { d: pathOf(xs, ys), ...look }));
    if (mark.marker) group.append(pointsOf(mark, xs, ys, (mark.size ?? 4) / 1.6));
    return group;
  }
  if (mark.kind === "dots") return pointsOf(mark, mark.x.map(x), mark.y.map(y), (mark.size ?? 6) / 1.5);
  if (mark.kind === "area") {
    const xs = mark.x.map(x);
    const points = [...xs.map((at, n) => [at, y(mark.low[n])]), ...xs.map((at, n) => [at, y(mark.high[n])]).reverse()];
    const good = points.filter((point) => point.every(Number.isFinite));
    const path = good.length ? "M" + good.map((point) => point.map((v) => v.toFixed(1)).join(" ")).join("L") + "Z" : "";
    return shape("path", { d: path, fill: colour, opacity: mark.opacity });
  }
  if (mark.kind === "image") {
    const left = x(mark.x[0]), right = x(mark.x[1]), bottom = y(mark.y[0]), top = y(mark.y[1]);
    const look = { x: left, y: top, width: right - left, height: bottom - top, preserveAspectRatio: "none", style: `image-rendering: ${mark.rows > FINE ? "auto" : "pixelated"}` };
    return shape("image", { href: pictureOf(mark, palettes), ...look });
  }
  if (mark.kind === "text") {
    return shape("text", { x: x(mark.x), y: y(mark.y) + 4, "text-anchor": mark.anchor, style: `fill: ${colour}` }, mark.text);
  }
  const at = mark.upright ? x(mark.at) : y(mark.at);
  const ends = mark.upright ? { x1: at, x2: at, y1: 0, y2: box.height } : { x1: 0, x2: box.width, y1: at, y2: at };
  return shape("line", { ...ends, stroke: colour, "stroke-width": 1.3, "stroke-dasharray": DASHES[mark.dash] });
}

function pointsOf(mark, xs, ys, radius) {
  const path = xs.map((at, n) => (Number.isFinite(at) && Number.isFinite(ys[n]) ? markerPath(mark.marker, at, ys[n], radius) : "")).join("");
  const colour = ink(mark.colour);
  return shape("path", { d: path, fill: mark.hollow ? "var(--paper)" : colour, stroke: mark.hollow ? colour : "none", "stroke-width": 1.5, opacity: mark.opacity ?? 1 });
}

function legendOf(marks) {
  return marks.filter((mark) => mark.label && mark.kind !== "handle").map((mark) => {
    const swatch = shape("svg", { width: 26, height: 12, style: "width: 26px; flex: none", "aria-hidden": "true" });
    const colour = ink(mark.colour);
    if (mark.kind === "area") swatch.append(shape("rect", { x: 2, y: 2, width: 22, height: 9, fill: colour, opacity: mark.opacity }));
    else if (mark.kind !== "dots") swatch.append(shape("path", { d: "M0 6L26 6", stroke: colour, "stroke-width": 2, "stroke-dasharray": DASHES[mark.dash] }));
    if (mark.marker) swatch.append(pointsOf(mark, [13], [6], 4));
    return element("span", {}, swatch, mark.label);
  });
}

// ---------------------------------------------------------------- panels

class Panel {
  constructor(play) {
    this.play = play;
    this.title = element("p", { class: "play-title" });
    this.svg = shape("svg", { role: "group" });
    this.marks = shape("g");
    this.handles = shape("g");
    this.legend = element("div", { class: "play-legend" });
    this.svg.append(this.marks, this.handles);
    this.root = element("div", { class: "play-panel" }, this.title, this.svg, this.legend);
    this.shown = new Map();
    this.clip = `play-${Math.random().toString(36).slice(2)}`;
    this.svg.addEventListener("pointerdown", (event) => this.take(event));
    this.svg.addEventListener("pointermove", (event) => this.drag(event));
    for (const kind of ["pointerup", "pointercancel"]) this.svg.addEventListener(kind, () => { this.taken = null; this.last = null; });
    this.svg.addEventListener("keydown", (event) => this.press(event));
  }

  draw(data) {
    this.data = data;
    this.title.textContent = data.title;
    this.root.style.flex = `${data.weight} 1 ${Math.round(270 * data.weight)}px`;
    const outer = Math.max(this.root.clientWidth, 200);
    this.left = Math.max(54, ...(data.y.ticks ?? []).map(([, label]) => 16 + 7 * label.length));
    let width = outer - this.left - MARGIN.right;
    let height = data.height - MARGIN.bottom;
    if (data.square) {
      const ratio = (data.y.high - data.y.low) / (data.x.high - data.x.low);
      width = Math.min(width, height / ratio);
      height = width * ratio;
    }
    this.box = { width, height };
    this.svg.setAttribute("height", height + MARGIN.top + MARGIN.bottom);
    this.svg.setAttribute("aria-label", data.title);
    const x = (value) => place(data.x, value) * width;
    const y = (value) => (1 - place(data.y, value)) * height;
    const plot = shape("g", { "clip-path": `url(#${this.clip})` });
    for (const mark of data.marks) if (mark.kind !== "handle") plot.append(drawMark(mark, x, y, this.box, this.play.palettes));
    const clip = shape("clipPath", { id: this.clip }, shape("rect", { width, height }));
    const move = `translate(${this.left} ${MARGIN.top})`;
    const hasImage = data.marks.some((mark) => mark.kind === "image");
    const parts = hasImage ? [plot, this.axes(x, y, false)] : [this.axes(x, y, true), plot];
    this.marks.replaceChildren(shape("defs", {}, clip), shape("g", { transform: move }, ...parts));
    this.handles.setAttribute("transform", move);
    this.drawHandles(data.marks.filter((mark) => mark.kind === "handle"), x, y);
    this.legend.replaceChildren(...legendOf(data.marks));
    this.svg.classList.toggle("touched", this.shown.size > 0 || Boolean(data.draws));
    if (data.draws) {
      for (const [name, value] of [["tabindex", 0], ["role", "application"], ["aria-label", `${data.title}: draw with the pointer; with the keyboard, left and right choose a place, up and down change the curve there`]]) this.svg.setAttribute(name, value);
    }
  }

  axes(x, y, grid) {
    const { width, height } = this.box;
    const group = shape("g");
    const line = (x1, y1, x2, y2, colour) => group.append(shape("line", { x1, y1, x2, y2, stroke: colour }));
    for (const [value, label] of ticksOf(this.data.x, Math.max(2, Math.floor(width / 62)))) {
      const at = x(value);
      if (at < -1 || at > width + 1) continue;
      if (grid) line(at, 0, at, height, "var(--grid)");
      line(at, height, at, height + 4, ink("grey"));
      group.append(shape("text", { x: at, y: height + 17, "text-anchor": "middle" }, label));
    }
    for (const [value, label] of ticksOf(this.data.y, Math.max(2, Math.floor(height / 38)))) {
      const at = y(value);
      if (at < -1 || at > height + 1) continue;
      if (grid) line(0, at, width, at, "var(--grid)");
      line(-4, at, 0, at, ink("grey"));
      group.append(shape("text", { x: -7, y: at + 4, "text-anchor": "end" }, label));
    }
    line(0, height, width, height, ink("grey"));
    line(0, 0, 0, height, ink("grey"));
    group.append(shape("text", { x: width / 2, y: height + 35, "text-anchor": "middle" }, this.data.x.label));
    group.append(shape("text", { transform: `translate(-43 ${height / 2}) rotate(-90)`, "text-anchor": "middle" }, this.data.y.label));
    return group;
  }

  drawHandles(marks, x, y) {
    const names = new Set(marks.map((mark) => mark.label));
    for (const [name, made] of this.shown) {
      if (!names.has(name)) { made.remove(); this.shown.delete(name); }
    }
    for (const mark of marks) {
      let made = this.shown.get(mark.label);
      if (!made) {
        made = shape("circle", { r: 8, class: "handle", tabindex: 0, role: "slider", "stroke-width": 3.5, fill: "var(--paper)" });
        this.handles.append(made);
        this.shown.set(mark.label, made);
      }
      made.mark = mark;
      const values = mark.sets.map((name, n) => (name ? `${[this.data.x, this.data.y][n].label} ${written([mark.x, mark.y][n])}` : "")).filter(Boolean);
      const look = { cx: x(mark.x), cy: y(mark.y), stroke: ink(mark.colour), "aria-label": mark.label, "aria-valuetext": values.join(", "), "aria-valuenow": mark.x };
      for (const [name, value] of Object.entries(look)) made.setAttribute(name, value);
    }
  }

  partsAt(event) {
    const frame = this.svg.getBoundingClientRect();
    return [(event.clientX - frame.left - this.left) / this.box.width, 1 - (event.clientY - frame.top - MARGIN.top) / this.box.height];
  }

  take(event) {
    if (!this.data.draws && !this.shown.size) return;
    event.preventDefault();
    this.svg.setPointerCapture(event.pointerId);
    if (this.data.draws) { this.taken = "curve"; this.last = null; } else {
      const [px, py] = this.partsAt(event);
      const away = (made) => Math.hypot((made.getAttribute("cx") / this.box.width - px) * this.box.width, (1 - made.getAttribute("cy") / this.box.height - py) * this.box.height);
      this.taken = [...this.shown.values()].sort((a, b) => away(a) - away(b))[0];
      this.taken.focus({ preventScroll: true });
    }
    this.drag(event);
  }

  drag(event) {
    if (!this.taken) return;
    const [px, py] = this.partsAt(event);
    if (this.taken === "curve") this.sketch(px, py);
    else this.put(this.taken, valueAt(this.data.x, px), valueAt(this.data.y, py));
  }

  put(made, x, y) {
    const [setsX, setsY] = made.mark.sets;
    const moved = {};
    if (setsX) moved[setsX] = x;
    if (setsY) moved[setsY] = y;
    this.play.move(moved);
  }

  sketch(px, py) {
    const control = this.play.control(this.data.draws);
    const curve = [...this.play.values[control.name]];
    const column = (part) => Math.min(Math.max(Math.floor(part * curve.length), 0), curve.length - 1);
    const [from, to] = [this.last ?? [px, py], [px, py]];
    const first = column(Math.min(from[0], to[0])), last = column(Math.max(from[0], to[0]));
    for (let n = first; n <= last; n++) {
      const middle = (n + 0.5) / curve.length;
      const way = to[0] === from[0] ? 1 : Math.min(Math.max((middle - from[0]) / (to[0] - from[0]), 0), 1);
      curve[n] = valueAt(this.data.y, from[1] + way * (to[1] - from[1]));
    }
    this.last = [px, py];
    this.play.move({ [control.name]: curve });
  }

  press(event) {
    const [dx, dy] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key] ?? [0, 0];
    if (!dx && !dy) return;
    const step = event.shiftKey ? 0.005 : 0.02;
    event.preventDefault();
    event.stopPropagation();
    if (event.target.mark) {
      const { x, y } = event.target.mark;
      this.put(event.target, valueAt(this.data.x, place(this.data.x, x) + dx * step), valueAt(this.data.y, place(this.data.y, y) + dy * step));
    } else if (this.data.draws) {
      const curve = this.play.values[this.data.draws];
      this.at = Math.min(Math.max((this.at ?? 0) + dx, 0), curve.length - 1);
      if (dy) { this.last = null; this.sketch((this.at + 0.5) / curve.length, place(this.data.y, curve[this.at]) + dy * step); }
      this.play.tell(`place ${this.at + 1} of ${curve.length}: ${written(this.play.values[this.data.draws][this.at])}`);
    }
  }
}

// A surface in three dimensions, turned by dragging or with the arrow keys.
class Space {
  constructor(play) {
    this.play = play;
    this.title = element("p", { class: "play-title" });
    this.canvas = element("canvas", { tabindex: 0, role: "img", class: "touched" });
    this.legend = element("div", { class: "play-legend" });
    this.root = element("div", { class: "play-panel" }, this.title, this.canvas, this.legend);
    this.canvas.addEventListener("pointerdown", (event) => { event.preventDefault(); this.canvas.focus({ preventScroll: true }); this.canvas.setPointerCapture(event.pointerId); this.from = [event.clientX, event.clientY]; });
    this.canvas.addEventListener("pointermove", (event) => {
      if (!this.from) return;
      this.rotate((this.from[0] - event.clientX) * 0.5, (event.clientY - this.from[1]) * 0.5);
      this.from = [event.clientX, event.clientY];
    });
    for (const kind of ["pointerup", "pointercancel"]) this.canvas.addEventListener(kind, () => { this.from = null; });
    this.canvas.addEventListener("keydown", (event) => {
      const turn = { ArrowLeft: [5, 0], ArrowRight: [-5, 0], ArrowUp: [0, 5], ArrowDown: [0, -5] }[event.key];
      if (!turn) return;
      event.preventDefault();
      event.stopPropagation();
      this.rotate(...turn);
    });
  }

  rotate(round, up) {
    this.turn = [this.turn[0] + round, Math.min(Math.max(this.turn[1] + up, 5), 89)];
    this.paint();
  }

  draw(data) {
    this.data = data;
    this.turn ??= data.turn;
    this.title.textContent = data.title;
    this.root.style.flex = `${data.weight} 1 ${Math.round(270 * data.weight)}px`;
    this.canvas.setAttribute("aria-label", `${data.title}; turn it by dragging or with the arrow keys`);
    this.legend.replaceChildren(...legendOf(data.paths));
    this.paint();
  }

  paint() {
    const data = this.data, sharp = window.devicePixelRatio || 1;
    const width = Math.max(this.root.clientWidth, 200), height = data.height;
    Object.assign(this.canvas, { width: width * sharp, height: height * sharp });
    this.canvas.style.height = `${height}px`;
    const context = this.canvas.getContext("2d");
    context.setTransform(sharp, 0, 0, sharp, 0, 0);
    const css = getComputedStyle(this.root);
    const tone = (name) => css.getPropertyValue(`--c-${name}`).trim();
    const [around, above] = this.turn.map((degrees) => (degrees * Math.PI) / 180);
    const size = Math.min(width, height * 1.25) * 0.46;
    const zs = data.z.flat();
    const ends = { x: [data.x[0], data.x.at(-1)], y: [data.y[0], data.y.at(-1)], z: [Math.min(...zs), Math.max(...zs)] };
    const part = (name, value) => (2 * (value - ends[name][0])) / (ends[name][1] - ends[name][0]) - 1;
    const seen = (x, y, z) => {
      const [a, b, c] = [part("x", x), part("y", y), part("z", z) * 0.6];
      const side = -a * Math.sin(around) + b * Math.cos(around), depth = a * Math.cos(around) + b * Math.sin(around);
      return [width / 2 + side * size * 0.75, height * 0.5 - (c * Math.cos(above) - depth * Math.sin(above) * 1) * size * 0.75, depth * Math.cos(above) + c * Math.sin(above)];
    };
    const colour = coloursFor("blues", this.play.palettes);
    const things = [];
    for (let row = 0; row + 1 < data.y.length; row++) {
      for (let column = 0; column + 1 < data.x.length; column++) {
        const corners = [[0, 0], [0, 1], [1, 1], [1, 0]].map(([r, c]) => seen(data.x[column + c], data.y[row + r], data.z[row + r][column + c]));
        const mean = (data.z[row][column] + data.z[row + 1][column + 1]) / 2;
        const tint = colour(30 + 180 * (part("z", mean) + 1) / 2).map(Math.round);
        things.push([corners.reduce((sum, corner) => sum + corner[2], 0) / 4, () => {
          context.beginPath();
          corners.forEach(([x, y], n) => (n ? context.lineTo(x, y) : context.moveTo(x, y)));
          context.closePath();
          context.fillStyle = context.strokeStyle = `rgb(${tint})`;
          context.fill();
          context.lineWidth = 0.6;
          context.stroke();
        }]);
      }
    }
    things.sort((a, b) => a[0] - b[0]).forEach(([, paint]) => paint());
    for (const path of data.paths) {
      const points = path.x.map((x, n) => (x === null || path.z[n] === null ? null : seen(x, path.y[n], path.z[n])));
      context.strokeStyle = context.fillStyle = tone(path.colour);
      context.lineWidth = path.width ?? 2;
      context.setLineDash(DASHES[path.dash].split(" ").filter(Boolean).map(Number));
      context.beginPath();
      let pen = false;
      for (const point of points) {
        if (point) pen ? context.lineTo(point[0], point[1]) : context.moveTo(point[0], point[1]);
        pen = Boolean(point);
      }
      context.stroke();
      context.setLineDash([]);
      for (const point of points) if (point && path.marker) context.fill(new Path2D(markerPath(path.marker, point[0], point[1], (path.size ?? 4) / 1.5)));
    }
    context.fillStyle = tone("ink");
    context.strokeStyle = tone("grey");
    context.lineWidth = 1;
    context.font = "12px system-ui, sans-serif";
    context.textAlign = "center";
    const [x, y, z] = [ends.x, ends.y, ends.z];
    const edges = [[[x[0], y[0], z[0]], [x[1], y[0], z[0]]], [[x[1], y[0], z[0]], [x[1], y[1], z[0]]]];
    edges.forEach(([from, to], n) => {
      const [a, b] = [seen(...from), seen(...to)];
      context.beginPath(); context.moveTo(a[0], a[1]); context.lineTo(b[0], b[1]); context.stroke();
      context.fillText(data.labels[n], (a[0] + b[0]) / 2 + (n ? 22 : 0), (a[1] + b[1]) / 2 + 20);
    });
    context.fillText(`height: ${data.labels[2]}`, width / 2, 14);
  }
}

// ---------------------------------------------------------------- controls

class Play {
  constructor(model) {
    const start = model.get("start");
    Object.assign(this, { model, controls: start.controls, colours: start.colours, palettes: start.palettes, scene: start.scene });
    this.values = Object.fromEntries(this.controls.map((control) => [control.name, control.value]));
    this.panels = [];
    this.number = 0;
    this.answered = 0;
    this.bar = element("div", { class: "play-controls" });
    this.field = element("div", { class: "play-panels" });
    this.says = element("p", { class: "play-says", role: "status", "aria-live": "polite" });
    this.root = element("div", { class: "play", role: "group", "aria-label": start.title, "data-lm-suppress-shortcuts": "true" }, element("style", {}, STYLE), this.bar, this.field, this.says);
    this.inputs = new Map();
    for (const control of this.controls) this.add(control);
    this.bar.append(this.again());
    this.onMessage = (message) => this.answer(message);
    model.on("msg:custom", this.onMessage);
    this.resized = new ResizeObserver(() => { if (this.root.clientWidth && this.root.clientWidth !== this.width) { this.width = this.root.clientWidth; this.show(); } });
    this.resized.observe(this.root);
    this.themed = new MutationObserver(() => this.paint());
    for (const node of [document.body, document.documentElement]) this.themed.observe(node, { attributes: true });
    this.paint();
  }

  control(name) { return this.controls.find((control) => control.name === name); }

  again() {
    const button = element("button", { type: "button", class: "play-again" }, "back to the start");
    button.addEventListener("click", () => this.move(Object.fromEntries(this.controls.map((control) => [control.name, control.value]))));
    return button;
  }

  add(control) {
    if (control.kind === "drawn" || control.dragged) return;
    if (control.kind === "button") {
      const button = element("button", { type: "button" }, control.label);
      button.addEventListener("click", () => this.move({ [control.name]: this.values[control.name] + 1 }));
      this.bar.append(button);
      return;
    }
    if (control.kind === "choice") {
      const select = element("select", {}, ...control.options.map((option) => element("option", { value: option }, option)));
      select.value = control.value;
      select.addEventListener("change", () => this.move({ [control.name]: select.value }));
      this.bar.append(element("label", {}, control.label, select));
      this.inputs.set(control.name, (value) => { select.value = value; });
      return;
    }
    const steps = control.whole ? control.high - control.low : 400;
    const input = element("input", { type: "range", min: 0, max: steps, step: 1, "data-name": control.name });
    const output = element("output");
    const axis = { low: control.low, high: control.high, log: control.log };
    const show = (value) => {
      input.value = Math.round(place(axis, value) * steps);
      output.textContent = written(value);
      input.setAttribute("aria-valuetext", output.textContent);
    };
    input.addEventListener("input", () => {
      const value = valueAt(axis, input.value / steps);
      this.move({ [control.name]: control.whole ? Math.round(value) : Number(value.toPrecision(4)) });
    });
    show(control.value);
    this.bar.append(element("label", {}, control.label, input, output));
    this.inputs.set(control.name, show);
  }

  move(values) {
    for (const [name, value] of Object.entries(values)) {
      const control = this.control(name);
      const bounded = typeof value === "number" && "low" in control ? Math.min(Math.max(value, control.low), control.high) : value;
      this.values[name] = bounded;
      this.inputs.get(name)?.(bounded);
    }
    this.ask();
  }

  ask() {
    if (this.asked && performance.now() - this.asked < PATIENCE_MS) { this.waiting = true; return; }
    this.asked = performance.now();
    this.waiting = false;
    this.number += 1;
    this.model.send({ number: this.number, values: this.values });
    clearTimeout(this.alarm);
    this.alarm = setTimeout(() => this.tell("The kernel has not answered yet: it may be running another cell. If it was restarted, run this cell again.", true), PATIENCE_MS);
  }

  answer(message) {
    if (message.number <= this.answered) return;
    this.answered = message.number;
    if (message.number === this.number) {
      clearTimeout(this.alarm);
      this.root.dataset.milliseconds = Math.round(performance.now() - this.asked);
      this.asked = 0;
    }
    if (message.scene) { this.scene = message.scene; this.show(); } else this.tell(message.problem, true);
    this.root.dataset.answered = message.number;
    if (this.waiting) this.ask();
  }

  tell(sentence, isProblem = false) {
    this.says.textContent = sentence;
    this.says.classList.toggle("play-problem", isProblem);
  }

  paint() {
    const look = isDark() ? "dark" : "light";
    if (this.look === look) return;
    this.look = look;
    for (const [name, pair] of Object.entries(this.colours)) this.root.style.setProperty(`--c-${name}`, onDark(pair));
    for (const name of ["ink", "paper", "grid"]) this.root.style.setProperty(`--${name}`, onDark(this.colours[name]));
    this.root.style.colorScheme = look;
    this.show();
  }

  show() {
    const kinds = this.scene.panels.map((panel) => (panel.z ? Space : Panel));
    if (kinds.length !== this.panels.length || kinds.some((kind, n) => !(this.panels[n] instanceof kind))) {
      this.panels = kinds.map((kind) => new kind(this));
      this.field.replaceChildren(...this.panels.map((panel) => panel.root));
    }
    this.scene.panels.forEach((panel, n) => { this.panels[n].root.style.flex = `${panel.weight} 1 ${Math.round(270 * panel.weight)}px`; });
    if (!this.root.clientWidth) return;
    this.scene.panels.forEach((panel, n) => this.panels[n].draw(panel));
    this.tell(this.scene.says);
  }

  remove() {
    clearTimeout(this.alarm);
    this.model.off("msg:custom", this.onMessage);
    this.resized.disconnect();
    this.themed.disconnect();
    this.root.remove();
  }
}

// Puts the picture where its still is, and again wherever the page draws the still anew.
function initialize({ model }) {
  const id = model.get("start").id;
  let play = null;
  const find = () => document.querySelector(`figure[data-play="${id}"]`);
  const mount = () => {
    if (play?.root.isConnected) return;
    const figure = find();
    if (!figure) return;
    play ??= new Play(model);
    for (const child of figure.children) child.style.display = "none";
    figure.append(play.root);
    play.show();
  };
  const search = setInterval(mount, SEARCH_MS);
  const leave = () => {
    clearInterval(search);
    const figure = play?.root.parentElement;
    play?.remove();
    for (const child of figure?.children ?? []) child.style.display = "";
    play = null;
  };
  model.on("comm_live_update", leave);
  return leave;
}

// Where a page shows a widget in a place of its own (VS Code, Colab), it stands there.
function render({ model, el }) {
  const play = new Play(model);
  el.append(play.root);
  play.show();
  return () => play.remove();
}

export default { initialize, render };
