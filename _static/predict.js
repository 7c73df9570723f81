/* Predictions: the reader commits to a guess, and what follows stays covered
   until then. `rnnlib.book.predictions` writes the questions, the answers and
   the judgement on every choice and number; a drawn curve is judged here, in
   the same words. Guesses stay in this browser, one entry for each. */
(function () {
  "use strict";

  const root = document.documentElement;
  root.classList.add("predict-waiting");

  /* ---- What the browser keeps ------------------------------------------ */

  const PREFIX = "one-lag-prediction:";
  const FULL =
    "The storage of your browser is full, so this guess lasts until you " +
    "leave the page.";
  const FORBIDDEN =
    "Your browser keeps nothing for this page, so this guess lasts until " +
    "you leave it.";

  const shelf = {
    // What could not be stored.
    loose: new Map(),
    get(key) {
      if (this.loose.has(key)) return this.loose.get(key);
      try {
        return parse(localStorage.getItem(PREFIX + key));
      } catch {
        return null;
      }
    },
    // Returns what there is to say about it, mostly nothing.
    set(key, record) {
      try {
        localStorage.setItem(PREFIX + key, JSON.stringify(record));
        this.loose.delete(key);
        return "";
      } catch (error) {
        this.loose.set(key, record);
        return error.name === "QuotaExceededError" ? FULL : FORBIDDEN;
      }
    },
    remove(key) {
      this.loose.delete(key);
      try {
        localStorage.removeItem(PREFIX + key);
      } catch {
        // Nothing was kept.
      }
    },
    keys() {
      const found = new Set(this.loose.keys());
      try {
        for (let i = 0; i < localStorage.length; i += 1) {
          const name = localStorage.key(i);
          if (name.startsWith(PREFIX)) found.add(name.slice(PREFIX.length));
        }
      } catch {
        // Nothing is kept.
      }
      return [...found];
    },
    allowed() {
      try {
        localStorage.getItem(PREFIX);
        return true;
      } catch {
        return false;
      }
    },
    // Calls `tell(key)` when another tab has changed something.
    listen(tell) {
      window.addEventListener("storage", (event) => {
        if (event.key === null) tell(null);
        else if (event.key.startsWith(PREFIX)) {
          const key = event.key.slice(PREFIX.length);
          this.loose.delete(key);
          tell(key);
        }
      });
    },
  };

  function parse(text) {
    try {
      const record = JSON.parse(text);
      return record && record.v === 1 ? record : null;
    } catch {
      return null;
    }
  }

  /* ---- Words and numbers, as in wording.py ------------------------------ */

  const LEVELS = new Map([
    [0.5, "one half"], [0.25, "a quarter"], [0.1, "a tenth"],
    [0.01, "a hundredth"], [0.001, "a thousandth"], [0, "zero"],
  ]);

  function say(value, digits = 3) {
    const size = Math.abs(value);
    if (size === 0) return "0";
    if (size < 1e-3 || size >= 1e6) {
      let [mantissa, power] = value.toExponential(digits - 1).split("e");
      mantissa = mantissa.replace(/\.0*$|(\.\d*?)0+$/, "$1");
      const raised = [...String(Number(power))]
        .map((c) => (c === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[c])).join("");
      return `${mantissa.replace("-", "−")}·10${raised}`;
    }
    const decimals = Math.max(0, digits - 1 - Math.floor(Math.log10(size)));
    let [whole, part = ""] = value.toFixed(decimals).split(".");
    whole = whole.replace(/\B(?=(\d{3})+$)/g, ",");
    part = part.replace(/0+$/, "");
    return (part ? `${whole}.${part}` : whole).replace("-", "−");
  }

  function withUnit(value, unit, digits = 3) {
    const number = say(value, digits);
    if (number === "1") unit = unit.replace(/^(\S*?)s(?= |$)/, "$1");
    return `${number} ${unit}`.trimEnd();
  }

  function level(value) {
    return LEVELS.get(value) ?? say(value);
  }

  function at(place, unit) {
    return place === null ? "nowhere here" : `at ${withUnit(place, unit, 2)}`;
  }

  /* ---- Small pieces of a page ------------------------------------------- */

  function make(tag, attributes = {}, ...children) {
    const svg = ["circle", "g", "line", "path", "polyline", "rect", "text"];
    const element = svg.includes(tag)
      ? document.createElementNS("http://www.w3.org/2000/svg", tag)
      : document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      element.setAttribute(name, value);
    }
    element.append(...children);
    return element;
  }

  function dataOf(box) {
    return JSON.parse(
      box.querySelector(':scope > script[type="application/json"]')
        .textContent);
  }

  /* ---- The three forms: each reads a guess, shows one, locks ------------ */
  /* Each calls `heard` whenever the reader has chosen something. */

  function choiceForm(box, data, heard) {
    const list = box.querySelector(".predict-choices");
    const inputs = [...list.querySelectorAll("input")];
    list.setAttribute("role", "radiogroup");
    list.setAttribute("aria-labelledby", `${box.id}-question`);
    for (const input of inputs) {
      input.hidden = input.disabled = false;
      input.closest("li").setAttribute("role", "none");
      input.addEventListener("change", heard);
    }
    list.classList.add("predict-live");
    return {
      ask: "Choose an answer first.",
      read() {
        const i = inputs.findIndex((input) => input.checked);
        return i < 0 ? null : data.choices[i];
      },
      put(guess) {
        const i = data.choices.indexOf(guess);
        inputs.forEach((input, j) => { input.checked = i === j; });
        return i >= 0;
      },
      lock(locked) {
        for (const input of inputs) input.disabled = locked;
      },
      clear() {
        for (const input of inputs) input.checked = false;
      },
      focus: () => inputs[0].focus(),
      said: (guess) => `“${guess}”`,
      found: (answer) => `“${answer.measured}”`,
    };
  }

  // Keys that choose a value of a slider, the one it rests at too.
  const CHOOSING = new Set([
    "ArrowUp", "ArrowRight", "ArrowDown", "ArrowLeft", "PageUp", "PageDown",
    "Home", "End", "Enter", " ",
  ]);

  function numberForm(box, data, heard) {
    const slider = box.querySelector(".predict-slider");
    const input = slider.querySelector("input");
    const output = slider.querySelector("output");
    const middle = input.value;
    let moved = false;
    function show() {
      const label = data.labels[input.value];
      input.setAttribute("aria-valuetext", label);
      output.textContent = moved ? label : "move the slider";
    }
    for (const name of ["input", "pointerup", "click", "keydown"]) {
      input.addEventListener(name, (event) => {
        if (input.disabled || (event.key && !CHOOSING.has(event.key))) return;
        moved = true;
        show();
        heard();
      });
    }
    slider.hidden = false;
    show();
    return {
      ask: "Move the slider first.",
      read: () => (moved ? data.values[input.value] : null),
      put(guess) {
        const i = data.values.indexOf(guess);
        if (i < 0) return false;
        input.value = i;
        moved = true;
        show();
        return true;
      },
      lock(locked) { input.disabled = locked; },
      clear() {
        input.value = middle;
        moved = false;
        show();
      },
      focus: () => input.focus(),
      said: (guess) => data.labels[data.values.indexOf(guess)],
      found: (answer) => answer.measured,
    };
  }

  /* Where a point of a curve lies in the drawing, as in axes.py. */
  function scales(axes) {
    const [left, right, top, bottom] = axes.box;
    const [first, last] = axes.x;
    const [low, high] = axes.y;
    return {
      across: (x) => left + (right - left) * (x - first) / (last - first),
      height(y) {
        y = Math.min(Math.max(y, low), high);
        return axes.log
          ? Math.log(y / low) / Math.log(high / low)
          : (y - low) / (high - low);
      },
      value(height) {
        height = Math.min(Math.max(height, 0), 1);
        return axes.log
          ? low * (high / low) ** height
          : low + (high - low) * height;
      },
      down(y) { return bottom - (bottom - top) * this.height(y); },
      points(x, y) {
        return x.map((each, i) =>
          `${this.across(each).toFixed(1)},${this.down(y[i]).toFixed(1)}`
        ).join(" ");
      },
    };
  }

  // The drawn part starts where the known part ends.
  function drawnPoints(data, guess) {
    const [x, y] = data.known;
    return scales(data.axes).points(
      [...x.slice(-1), ...data.at], [...y.slice(-1), ...guess]);
  }

  // So far beside its point the pen still holds it instead of drawing past.
  const GRIP = 24;

  /* Returns the heights after a stroke, a list of places of the pen. What it
     passes takes its height there; the points next to its ends follow them,
     and one that is held follows the pen. */
  function strokeOver(before, places, stroke) {
    const heights = [...before];
    const nearest = (x) => {
      const far = places.map((place) => Math.abs(place - x));
      return far.indexOf(Math.min(...far));
    };
    const last = stroke[stroke.length - 1];
    const held = nearest(stroke[0].x);
    if (stroke.every(({ x }) =>
      Math.abs(x - places[held]) <= GRIP && nearest(x) === held)) {
      heights[held] = last.height;
      return heights;
    }
    const away = (pen) => Math.abs(pen.x - places[held]);
    const closest = Math.min(...stroke.map(away));
    heights[held] =
      stroke.filter((pen) => away(pen) <= closest + 4).at(-1).height;
    heights[nearest(last.x)] = last.height;
    for (let k = 1; k < stroke.length; k += 1) {
      const [from, to] = [stroke[k - 1], stroke[k]];
      places.forEach((place, i) => {
        if ((place - from.x) * (place - to.x) > 0) return;
        const part = from.x === to.x ? 1 : (place - from.x) / (to.x - from.x);
        heights[i] = from.height + (to.height - from.height) * part;
      });
    }
    return heights;
  }

  function curveForm(box, data, heard) {
    const svg = box.querySelector("svg");
    const [, right, top, bottom] = data.axes.box;
    const scale = scales(data.axes);
    const places = data.at.map(scale.across);
    let heights = data.start.map((y) => scale.height(y));
    let moved = false;
    let locked = false;
    let stroke = null;
    let before = heights;

    // A stroke may begin where the known part ends.
    const edge = Math.min(
      places[0], ...data.known[0].slice(-1).map(scale.across)) - 20;
    const paper = make("rect", {
      class: "predict-paper", x: edge, y: top - 10,
      width: right + 14 - edge, height: bottom - top + 20,
      fill: "transparent",
    });
    const line = make("polyline", { class: "predict-drawn", fill: "none" });
    const handles = data.at.map((x, i) => {
      const handle = make("g", {
        class: "predict-handle", role: "slider", tabindex: 0,
        "aria-label": `${data.axes.labels[1]} at ${withUnit(x, data.unit)}`,
        "aria-orientation": "vertical",
        // In hundredths of the axis; the text says the value.
        "aria-valuemin": 0, "aria-valuemax": 100,
      }, make("circle", { class: "predict-reach", r: 20 }),
      make("circle", { class: "predict-knob", r: 8 }));
      handle.addEventListener("keydown", (event) => press(event, i));
      handle.addEventListener("focus", () => tell(i));
      return handle;
    });
    const readout = make("p", {
      class: "predict-readout", "aria-hidden": "true",
    });
    svg.append(paper, line, ...handles);
    box.querySelector(".predict-canvas").append(readout);

    function guess() {
      // Three digits are finer than the drawing.
      return heights.map((h) => Number(scale.value(h).toPrecision(3)));
    }

    function show() {
      const values = guess();
      line.setAttribute("points", drawnPoints(data, values));
      handles.forEach((handle, i) => {
        const down = bottom - (bottom - top) * heights[i];
        handle.setAttribute("transform", `translate(${places[i]} ${down})`);
        handle.setAttribute("aria-valuenow", Math.round(100 * heights[i]));
        handle.setAttribute("aria-valuetext", say(values[i], 2));
      });
    }

    function tell(i) {
      if (locked) return;
      readout.textContent =
        `at ${withUnit(data.at[i], data.unit)}: ${say(guess()[i], 2)}`;
    }

    function put(now) {
      heights = now.map((height) => Math.min(Math.max(height, 0), 1));
      moved = true;
      show();
      heard();
    }

    function press(event, i) {
      const steps = {
        ArrowUp: 0.02, ArrowRight: 0.02, ArrowDown: -0.02, ArrowLeft: -0.02,
        PageUp: 0.1, PageDown: -0.1, Home: -1, End: 1,
      };
      if (locked || !(event.key in steps)) return;
      event.preventDefault();
      put(heights.map((h, j) => (i === j ? h + steps[event.key] : h)));
      tell(i);
    }

    function where(event) {
      const frame = svg.getBoundingClientRect();
      const view = svg.viewBox.baseVal;
      const x = (event.clientX - frame.left) * view.width / frame.width;
      const y = (event.clientY - frame.top) * view.height / frame.height;
      return { x, height: (bottom - y) / (bottom - top) };
    }

    function nearest(x) {
      const far = places.map((place) => Math.abs(place - x));
      return far.indexOf(Math.min(...far));
    }

    function draw(event) {
      const pen = where(event);
      stroke.push(pen);
      put(strokeOver(before, places, stroke));
      tell(nearest(pen.x));
      return pen;
    }

    svg.addEventListener("pointerdown", (event) => {
      const on = event.target.closest(".predict-paper, .predict-handle");
      if (locked || stroke || !on || event.button > 0) return;
      event.preventDefault();
      svg.setPointerCapture(event.pointerId);
      stroke = [];
      before = heights;
      const pen = draw(event);
      handles[nearest(pen.x)].focus({ preventScroll: true });
    });
    // Where `touch-action` is not heeded, the page stays all the same.
    svg.addEventListener("touchstart", (event) => {
      if (stroke && event.cancelable) event.preventDefault();
    }, { passive: false });
    svg.addEventListener("pointermove", (event) => {
      if (stroke && svg.hasPointerCapture(event.pointerId)) draw(event);
    });
    for (const name of ["pointerup", "pointercancel", "lostpointercapture"]) {
      svg.addEventListener(name, () => { stroke = null; });
    }
    show();

    return {
      ask: "Draw the curve first: move its points.",
      read: () => (moved ? guess() : null),
      put(values) {
        const fits = Array.isArray(values)
          && values.length === data.at.length
          && values.every((y) => Number.isFinite(y));
        if (!fits) return false;
        heights = values.map((y) => scale.height(y));
        moved = true;
        show();
        return true;
      },
      lock(now) {
        locked = now;
        // A finger scrolls the page again.
        svg.classList.toggle("predict-locked", now);
        readout.textContent = "";
        for (const handle of handles) {
          handle.setAttribute("aria-disabled", String(now));
          handle.setAttribute("tabindex", now ? -1 : 0);
        }
      },
      clear() {
        heights = data.start.map((y) => scale.height(y));
        moved = false;
        show();
      },
      focus: () => handles[0].focus(),
      said(values) {
        return data.crossing === null
          ? ends(values)
          : reaches(data, crossing(...whole(data, values), data));
      },
      found: (answer) => (data.crossing === null
        ? ends(answer.values) : reaches(data, answer.crosses)),
    };
  }

  function ends(values) {
    return `from ${say(values[0], 2)} to ${say(values.at(-1), 2)}`;
  }

  function reaches(data, place) {
    return place === null
      ? `never reaches ${level(data.crossing)}`
      : `${level(data.crossing)} ${at(place, data.unit)}`;
  }

  const FORMS = { choice: choiceForm, number: numberForm, curve: curveForm };

  /* ---- Judging a curve, as in curve.py ---------------------------------- */

  function whole(data, guess) {
    return [
      [...data.known[0], ...data.at], [...data.known[1], ...guess],
    ];
  }

  function crossing(x, y, data) {
    const wanted = data.crossing;
    if (y[0] === wanted) return x[0];
    for (let i = 1; i < x.length; i += 1) {
      const before = y[i - 1] - wanted;
      const after = y[i] - wanted;
      if (before * after <= 0) {
        let part = before / (before - after);
        if (data.axes.log && wanted > 0) {
          part = Math.log(y[i - 1] / wanted) / Math.log(y[i - 1] / y[i]);
        }
        return x[i - 1] + part * (x[i] - x[i - 1]);
      }
    }
    return null;
  }

  function judgeCurve(data, answer, guess) {
    const [low, high] = data.axes.y;
    const [size, isFactor] = data.allowed;
    const clip = (y) => Math.min(Math.max(y, low), high);
    const gaps = guess.map((y, i) => {
      const [now, wanted] = [clip(y), clip(answer.values[i])];
      return isFactor
        ? Math.abs(Math.log(now / wanted)) : Math.abs(now - wanted);
    });
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
    const surprise = mean / (isFactor ? Math.log(size) : size);
    const right = surprise <= 1 + 1e-9;
    const worst = gaps.indexOf(Math.max(...gaps));
    const told = right ? ["Right."] : [];
    let crosses = null;
    if (data.crossing !== null) {
      const name = level(data.crossing);
      const drawn = crossing(...whole(data, guess), data);
      told.push((drawn === null
        ? `Your curve never reaches ${name} here`
        : `Your curve reaches ${name} ${at(drawn, data.unit)}`)
        + `; measured: ${at(answer.crosses, data.unit)}.`);
      crosses = {
        level: data.crossing, drawn, measured: answer.crosses,
        unit: data.unit,
      };
    }
    const brief = [...told];
    told.push(
      `The largest gap is at ${withUnit(data.at[worst], data.unit)}: ` +
      `you drew ${say(guess[worst], 2)}, ` +
      `measured ${say(answer.values[worst], 2)}.`);
    const off = isFactor
      ? `a factor of ${say(Math.exp(mean), 2)}` : say(mean, 2);
    const average = `On average your points are off by ${off}; ` +
      `${data.allowedText} counts as right.`;
    told.push(average);
    brief.push(average);
    const [text, short] = [told.join(" "), brief.join(" ")];
    return { right, surprise, text, short, crosses };
  }

  /* ---- The cover --------------------------------------------------------- */

  const STOPS = "section, .exercise, .solution, .admonition.exercise";
  const END = "end of cover";

  /* Covers everything from behind `question` up to `answer`, and on to the
     end of the answer's section, the next question or exercise, or the
     comment that ends it. Find-in-page still looks into it. */
  class Cover {
    constructor(question, answer, opened) {
      this.question = question;
      this.answer = answer;
      this.opened = opened;
      this.sheets = [];
      this.sections = [];
    }

    close() {
      if (this.sheets.length) return;
      this.sections = [];
      for (const run of this.runs()) {
        const sheet = make("div", {
          class: "predict-covered",
          hidden: "onbeforematch" in document ? "until-found" : "",
        });
        sheet.addEventListener("beforematch", () => this.opened());
        run[0].before(sheet);
        sheet.append(...run);
        this.sheets.push(sheet);
      }
    }

    open() {
      if (!this.sheets.length) return;
      for (const sheet of this.sheets) sheet.replaceWith(...sheet.childNodes);
      this.sheets = [];
      // The theme measures what scrolls, and nothing did under the cover.
      window.dispatchEvent(new Event("resize"));
    }

    holds(target) {
      if (!this.sheets.length) return false;
      return this.sections.includes(target)
        || this.sheets.some((sheet) => sheet.contains(target));
    }

    // Neighbouring nodes that can be put under one sheet.
    runs() {
      const runs = [];
      let node = this.question;
      while (!node.parentNode.contains(this.answer)) {
        runs.push(following(node));
        node = node.parentNode;
      }
      let next = node.nextSibling;
      let run = [];
      while (next) {
        if (next === this.answer) {
          runs.push([...run, next, ...this.tail()]);
          break;
        }
        if (next.contains(this.answer)) {
          runs.push(run);
          run = [];
          this.sections.push(next);
          next = next.firstChild;
          continue;
        }
        run.push(next);
        next = next.nextSibling;
      }
      return runs.filter((each) => each.some((n) => n.nodeType === 1));
    }

    tail() {
      const nodes = [];
      for (const node of following(this.answer)) {
        if (node.nodeType === 8 && node.data.trim() === END) break;
        if (node.nodeType === 1 && (
          node.matches(STOPS) || node.querySelector(".predict"))) break;
        nodes.push(node);
      }
      return nodes;
    }
  }

  function following(node) {
    const nodes = [];
    for (let next = node.nextSibling; next; next = next.nextSibling) {
      nodes.push(next);
    }
    return nodes;
  }

  function cellOf(element) {
    return element.closest(".cell") ?? element;
  }

  /* ---- A question and its answer ----------------------------------------- */

  class Prediction {
    constructor(box, answer) {
      this.box = box;
      this.answerBox = answer;
      this.data = dataOf(box);
      this.answer = dataOf(answer);
      this.form = FORMS[this.data.kind](box, this.data, () => this.heard());
      this.foot = box.querySelector(".predict-foot");
      this.status = box.querySelector(".predict-status");
      this.bare = [...answer.childNodes].map((node) => node.cloneNode(true));
      this.isOpen = false;
      this.looked = false;
      this.cover = new Cover(
        cellOf(box), cellOf(answer), () => this.peek());
      box.querySelector(".predict-commit")
        .addEventListener("click", () => this.commit());
      box.querySelector(".predict-show")
        .addEventListener("click", () => this.show());
      const record = shelf.get(this.data.key);
      if (!record || !this.open(record)) this.ask();
    }

    ask() {
      this.isOpen = this.looked = false;
      this.form.clear();
      this.form.lock(false);
      this.foot.hidden = false;
      this.status.replaceChildren();
      this.answerBox.replaceChildren(
        ...this.bare.map((node) => node.cloneNode(true)));
      delete this.answerBox.dataset.right;
      this.cover.close();
    }

    // What was asked for is done.
    heard() {
      if (this.status.textContent === this.form.ask) {
        this.status.replaceChildren();
      }
    }

    commit() {
      const guess = this.form.read();
      if (guess === null) {
        this.status.textContent = this.form.ask;
        return;
      }
      const { right, surprise, text, crosses } = this.judge(guess);
      this.keep({
        guess,
        said: this.form.said(guess),
        looked: this.looked,
        right, surprise, text, crosses,
      });
    }

    show() {
      this.keep({ guess: null, shown: true });
    }

    keep(found) {
      const page = typeof DOCUMENTATION_OPTIONS === "undefined"
        ? "" : DOCUMENTATION_OPTIONS.pagename;
      const record = {
        v: 1,
        key: this.data.key,
        kind: this.data.kind,
        question: this.data.question,
        page,
        measured: this.answer.measured,
        found: this.form.found(this.answer),
        when: new Date().toISOString(),
        ...found,
      };
      const trouble = shelf.set(this.data.key, record);
      this.open(record);
      if (trouble) this.status.append(" ", trouble);
      this.status.focus({ preventScroll: true });
    }

    judge(guess) {
      if (this.data.kind === "curve") {
        return judgeCurve(this.data, this.answer, guess);
      }
      const i = (this.data.choices ?? this.data.values).indexOf(guess);
      const [right, surprise, text] = this.answer.judged[i];
      return { right, surprise, text, short: text };
    }

    // Returns whether the record is an answer to this question.
    open(record) {
      if (!record.shown && !this.form.put(record.guess)) return false;
      this.isOpen = true;
      this.form.lock(true);
      this.foot.hidden = true;
      this.cover.open();
      const told = record.shown
        ? "You asked to see the answer without a guess."
        : this.judge(record.guess).short;
      const link = make("a", { href: `#${this.answerBox.id}` },
        "To the answer");
      const again = make("button", {
        type: "button", class: "predict-again",
      }, "Ask me again");
      again.addEventListener("click", () => {
        shelf.remove(this.data.key);
        this.ask();
        this.form.focus();
      });
      this.status.replaceChildren(told, " ", link, " ", again);
      if (!record.shown) this.confront(record.guess);
      return true;
    }

    // Set the guess beside the measurement.
    confront(guess) {
      const judged = this.judge(guess);
      this.answerBox.dataset.right = judged.right;
      this.answerBox.querySelector(".predict-measured")
        .textContent = judged.text;
      const svg = this.answerBox.querySelector("svg");
      if (!svg) return;
      svg.append(make("polyline", {
        class: "predict-drawn", fill: "none",
        points: drawnPoints(this.data, guess),
      }));
      const scale = scales(this.data.axes);
      svg.append(...guess.map((y, i) => make("circle", {
        class: "predict-dot", r: 3.5,
        cx: scale.across(this.data.at[i]), cy: scale.down(y),
      })));
      this.answerBox.querySelector(".predict-key").append(
        make("span", { class: "predict-key-drawn" }, "╍ you drew"));
      svg.setAttribute("aria-label",
        `${svg.getAttribute("aria-label")}. You drew ` +
        guess.map((y) => say(y, 2)).join(", "));
    }

    // A link or a search has led under the cover.
    peek() {
      if (this.isOpen || this.looked) return;
      this.looked = true;
      this.cover.open();
      this.status.textContent =
        "The text below is open, since a link or a search led there. You " +
        "can still commit, but it will not count.";
    }
  }

  /* ---- Start ------------------------------------------------------------- */

  function target(hash) {
    try {
      return hash.length > 1
        ? document.getElementById(decodeURIComponent(hash.slice(1))) : null;
    } catch {
      return null;
    }
  }

  function start() {
    const predictions = new Map();
    for (const box of document.querySelectorAll(".predict")) {
      const answer = document.getElementById(`${box.id}-answer`);
      if (!answer) continue;
      const made = new Prediction(box, answer);
      predictions.set(made.data.key, made);
    }
    if (!predictions.size) return;

    function reach(hash) {
      const wanted = target(hash);
      if (!wanted) return false;
      let found = false;
      for (const each of predictions.values()) {
        if (each.cover.holds(wanted)) {
          each.peek();
          found = true;
        }
      }
      if (found) wanted.scrollIntoView();
      return found;
    }

    reach(location.hash);
    window.addEventListener("hashchange", () => reach(location.hash));
    document.addEventListener("click", (event) => {
      const link = event.target.closest?.("a[href]");
      if (link && link.hash && link.pathname === location.pathname) {
        reach(link.hash);
      }
    });
    // The book's own search marks what it looked for, 10 ms from now.
    setTimeout(() => {
      for (const each of predictions.values()) {
        if (each.cover.sheets.some((s) => s.querySelector(".highlighted"))) {
          each.peek();
        }
      }
    }, 50);
    // Another tab, or another page of this one, has kept or deleted guesses.
    function agree(key) {
      for (const each of predictions.values()) {
        if (key !== null && key !== each.data.key) continue;
        const record = shelf.get(each.data.key);
        if (!record && each.isOpen) each.ask();
        else if (record && !each.isOpen) each.open(record);
      }
    }

    shelf.listen(agree);
    window.addEventListener("pageshow", (event) => {
      if (event.persisted) agree(null);
    });
  }

  window.coursePredictions = { shelf, say, withUnit, level, judgeCurve };

  document.addEventListener("DOMContentLoaded", () => {
    try {
      start();
    } finally {
      root.classList.remove("predict-waiting");
    }
  });
})();
