/* Exercises answered in the page. Behind each stub `course.answers` leaves a
   place; here it gets a button, and after the first click an editor, and
   Python, which `_ext/page_python` has brought. Before that click nothing of
   either is loaded. Answers stay in this browser, one entry for each. */
(function () {
  "use strict";

  const PREFIX = "one-lag-answer:";
  const LEAVES = "Escape, then Tab, leaves the editor.";
  const LOADED =
    "Python (8 MB, once) is loaded into this page. Nothing is sent anywhere.";
  const FULL =
    "The storage of your browser is full, so this answer lasts until you " +
    "leave the page.";
  const FORBIDDEN =
    "Your browser keeps nothing for this page, so this answer lasts until " +
    "you leave it.";
  const UNREACHED =
    "What is needed could not be loaded. Try again when the network is " +
    "back, or open the notebook.";
  const CHANGED = "Changed since it ran: Run says what holds now.";
  const BUSY = "Another exercise of this page is running: stop it first.";

  // `engine.js` and `editor.js` put themselves in here.
  const shared = { parts: {}, engine: null, makeEditor: null, ready: false };
  window.courseAnswers = shared;

  /* ---- What the browser keeps ------------------------------------------ */

  // The text, and whether it was found to be correct.
  function record(name) {
    try {
      const found = JSON.parse(localStorage.getItem(PREFIX + name));
      return typeof found?.text === "string" ? found : null;
    } catch {
      return null;
    }
  }

  function kept(name) {
    return record(name)?.text ?? null;
  }

  // Returns what there is to say about it, mostly nothing.
  function keep(name, text, right) {
    try {
      localStorage.setItem(
        PREFIX + name, JSON.stringify({ v: 1, text, right }));
      return "";
    } catch (error) {
      return error.name === "QuotaExceededError" ? FULL : FORBIDDEN;
    }
  }

  function forget(name) {
    try {
      localStorage.removeItem(PREFIX + name);
    } catch {
      // Nothing was kept.
    }
  }

  /* ---- Loading, once for all exercises of a page ------------------------- */

  const scripts = new Map();

  function script(place, file) {
    const { folder, version } = place.dataset;
    const address = `${folder}/${file}?v=${version}`;
    if (!scripts.has(address)) {
      scripts.set(address, new Promise((resolve, reject) => {
        const element = document.createElement("script");
        element.src = address;
        element.onload = resolve;
        element.onerror = () => {
          scripts.delete(address);
          element.remove();
          reject(new Error(`cannot load ${file}`));
        };
        document.head.append(element);
      }));
    }
    return scripts.get(address);
  }

  // The engine, on its way to be ready.
  async function engine(place) {
    await Promise.all(["engine.js", "python.js", "book.js"]
      .map((file) => script(place, file)));
    shared.engine.load().then(
      () => { shared.ready = true; }, () => { shared.ready = false; });
    return shared.engine;
  }

  function definitionsOf(name) {
    const { pool, needs } = shared.parts;
    return needs[name].map((place) => pool[place]);
  }

  /* ---- One exercise ------------------------------------------------------ */

  function make(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      element.setAttribute(name, value);
    }
    element.append(...children);
    return element;
  }

  function button(words, name) {
    return make("button", { type: "button", class: name }, words);
  }

  // The theme opens its search at this key, before an editor hears of it.
  const MAC = /^(Mac|iPhone)/.test(navigator.platform);
  window.addEventListener("keydown", (event) => {
    const held = MAC ? event.metaKey : event.ctrlKey;
    const alone = !event.shiftKey && !event.altKey;
    if (held && alone && /^k$/i.test(event.key)
        && event.target.closest?.(".answer-field")) {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
  }, true);

  // Only one exercise of a page runs at a time.
  let running = null;

  function prepare(place) {
    const { name, title } = place.dataset;
    const stub = JSON.parse(place.querySelector("script").textContent);
    const shown = place.previousElementSibling;
    const solved = record(name)?.right === true;
    const begin = button(
      kept(name) === null ? "Answer here"
        : solved ? "See your answer" : "Go on with your answer",
      "answer-begin");
    const about = make("span", { class: "answer-about" },
      solved ? "solved" : "in this page, in Python");
    const start = make("div", { class: "answer-start" }, begin, about);
    // What the stub printed is not true of an answer that is kept.
    if (kept(name) !== null) {
      shown?.querySelector(".cell_output")?.setAttribute("hidden", "");
    }
    const status = make("p", { class: "answer-status", role: "status" });
    place.setAttribute("role", "group");
    place.setAttribute("aria-label", `Answer: ${title}`);
    place.append(start, status);

    begin.addEventListener("click", async () => {
      begin.disabled = true;
      status.textContent = "One moment …";
      try {
        await script(place, "editor.js");
      } catch {
        begin.disabled = false;
        if (document.activeElement === document.body) begin.focus();
        status.textContent = UNREACHED;
        return;
      }
      open();
    });

    function open() {
      const run = button("Run", "answer-run");
      const stop = button("Stop", "answer-stop");
      const reset = button("Reset", "answer-reset");
      const paper = make("pre");
      const told = make("div", { class: "answer-told", role: "status" },
        paper);
      const hint = make("p", {
        class: "answer-hint", id: `answer-${name}-hint`,
      }, `${LEAVES} Control and Enter run.`);
      const field = make("div", { class: "answer-field" });
      // Sphinx opens its search at "/": not while one writes here.
      field.addEventListener("keydown", (event) => {
        if (!(event.ctrlKey || event.altKey || event.metaKey)) {
          event.stopPropagation();
        }
      });
      const row = make("div", { class: "answer-row" }, run, stop, reset);
      // What a reset took away, a save on its way, what hinders saving.
      let before = null;
      let right = solved ? kept(name) : null;
      let waiting = 0;
      let trouble = "";
      let cancel = null;
      turn(false);
      start.remove();
      place.prepend(field, hint, row);
      status.after(told);
      place.classList.add("answer-open");
      if (shown?.classList.contains("cell")) shown.hidden = true;

      const editor = shared.makeEditor(field, kept(name) ?? stub, {
        "aria-label": `Your answer: ${title}`,
        "aria-describedby": hint.id,
        spellcheck: "false",
      }, () => {
        before = null;
        reset.textContent = "Reset";
        if (paper.textContent && !running) {
          told.dataset.changed = "";
          status.textContent = CHANGED;
        }
        clearTimeout(waiting);
        waiting = setTimeout(save, 300);
      }, answer);

      function save() {
        clearTimeout(waiting);
        waiting = 0;
        const text = editor.read();
        if (text === stub) forget(name);
        else trouble = keep(name, text, text === right);
        if (trouble) status.textContent = trouble;
      }

      // Run is not disabled, or it would lose the focus; Stop gives it back.
      function turn(on) {
        run.setAttribute("aria-disabled", String(on));
        if (!on && document.activeElement === stop) run.focus();
        stop.disabled = !on;
      }

      function say(words, line = null, verdict = "") {
        paper.textContent = words;
        told.dataset.verdict = verdict ?? "";
        delete told.dataset.changed;
        editor.mark(line);
      }

      // What came of it, in sight if the exercise is.
      function tell(found) {
        say(found.told ?? "", found.line, found.verdict);
        const { top, bottom } = place.getBoundingClientRect();
        if (top < window.innerHeight && bottom > 0) {
          told.scrollIntoView({ block: "nearest" });
        }
      }

      async function answer() {
        if (running) {
          if (running !== name) {
            say("");
            status.textContent = BUSY;
          }
          return;
        }
        save();
        running = name;
        const tried = editor.read();
        turn(true);
        say("");
        status.textContent = shared.ready
          ? "Running …" : "Python is starting …";
        const stopped = new Promise((resolve) => {
          cancel = (told) => resolve({ stopped: true, told });
        });
        const found = await Promise.race([compute(), stopped]);
        running = cancel = null;
        turn(false);
        if (found.verdict === "Correct") {
          right = tried;
          save();
        }
        status.textContent = found.stopped ? "Stopped." : trouble;
        tell(found);
      }

      async function compute() {
        const goes = cancel;
        try {
          const python = await engine(place);
          await python.load();
          if (cancel !== goes) return null;
          status.textContent = "Running …";
          return await python.run({
            source: editor.read(), definitions: definitionsOf(name),
          });
        } catch (error) {
          console.warn(error);
          return { told: UNREACHED, line: null, verdict: null };
        }
      }

      run.addEventListener("click", answer);
      stop.addEventListener("click", () => {
        shared.ready = false;
        cancel?.(shared.engine?.stop());
        if (shared.engine) engine(place).catch(() => {});
      });
      reset.addEventListener("click", () => {
        const back = before;
        const now = editor.read();
        editor.write(back ?? stub);
        save();
        say("");
        status.textContent = back === null
          ? "The stub is back." : "Your answer is back.";
        if (back === null && now !== stub) {
          before = now;
          reset.textContent = "Undo reset";
        }
      });
      window.addEventListener("pagehide", () => { if (waiting) save(); });

      status.textContent = LOADED;
      editor.focus();
      // While the reader thinks, Python gets ready.
      engine(place).then((python) => python.load()).then(
        () => "Python is ready.", () => UNREACHED,
      ).then((words) => {
        if (status.textContent === LOADED) status.textContent = words;
      });
    }
  }

  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll(".answer").forEach(prepare);
  });
})();
