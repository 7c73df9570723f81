/* The page "What you predicted": what this browser has kept, beside the list
   of all predictions that the book was built with. */
(function () {
  "use strict";

  const MOST_SURPRISES = 5;
  const NONE = "Nothing yet: commit to a guess in a chapter first.";

  function make(tag, attributes = {}, ...children) {
    const svg = ["circle", "line", "text", "svg"];
    const element = svg.includes(tag)
      ? document.createElementNS("http://www.w3.org/2000/svg", tag)
      : document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      element.setAttribute(name, value);
    }
    element.append(...children);
    return element;
  }

  function place(name) {
    return document.getElementById(`predictions-${name}`);
  }

  function table(label, head, rows) {
    const numbers = { class: "predictions-number" };
    return make("div", {
      class: "predictions-scroll", tabindex: 0, role: "region",
      "aria-label": label,
    }, make("table", {},
      make("thead", {}, make("tr", {}, ...head.map((text, i) =>
        make("th", { scope: "col", ...(i ? numbers : {}) }, text)))),
      make("tbody", {}, ...rows.map((row) =>
        make("tr", {}, ...row.map((text, i) =>
          make("td", i ? numbers : {}, String(text))))))));
  }

  function start() {
    if (!place("all")) return;
    const { shelf, withUnit, level } = window.coursePredictions;
    const rows = [...place("all").querySelectorAll("tr[data-key]")];
    const asked = rows.map((row) => ({
      key: row.dataset.key,
      chapter: row.dataset.chapter,
      link: row.querySelector("a"),
      row,
    }));

    // Those of the book, in its order, with what has been kept about each.
    function answered() {
      return asked.map((each) => ({ ...each, record: shelf.get(each.key) }));
    }

    const kinds = {
      open: (r) => !r,
      shown: (r) => r && (r.shown || r.looked),
      right: (r) => r && !r.shown && !r.looked && r.right,
      wrong: (r) => r && !r.shown && !r.looked && !r.right,
    };
    const count = (list, kind) =>
      list.filter((each) => kinds[kind](each.record)).length;

    function linked(each) {
      return make("a", { href: each.link.getAttribute("href") },
        each.link.textContent);
    }

    function summary(all) {
      const told = [
        `Of ${all.length} predictions you have committed to ` +
        `${count(all, "right") + count(all, "wrong")}: ` +
        `${count(all, "right")} right, ${count(all, "wrong")} not.`,
      ];
      const shown = count(all, "shown");
      if (shown) told.push(`You looked first at ${shown}.`);
      if (!shelf.allowed()) {
        told.push("Your browser keeps nothing for these pages, so there is " +
          "nothing to show.");
      }
      place("summary").replaceChildren(make("p", {}, told.join(" ")));
    }

    function chapters(all) {
      const groups = new Map();
      for (const each of all) {
        groups.set(each.chapter, [...(groups.get(each.chapter) ?? []), each]);
      }
      place("chapters").replaceChildren(table(
        "Right and wrong by chapter",
        ["Chapter", "Right", "Not right", "Looked first", "Not yet"],
        [...groups].map(([chapter, list]) => [
          chapter, count(list, "right"), count(list, "wrong"),
          count(list, "shown"), count(list, "open"),
        ])));
    }

    function crossings(all) {
      const drawn = all.filter(({ record }) => record?.crosses);
      if (!drawn.length) {
        place("crossings").replaceChildren(make("p", {},
          "Nothing yet: this fills with the curves that you draw."));
        return;
      }
      const told = (value, unit) =>
        value === null ? "nowhere" : withUnit(value, unit, 2);
      place("crossings").replaceChildren(
        make("p", {}, "Where your curves reach a level (ring) and where the " +
          "measured ones do (disc). Each line to the right is ten times " +
          "more."),
        chart(drawn),
        table("Where curves reach a level",
          ["Chapter", "Down to", "You drew", "Measured"],
          drawn.map(({ chapter, record: { crosses } }) => [
            chapter, level(crosses.level), told(crosses.drawn, crosses.unit),
            told(crosses.measured, crosses.unit),
          ])));
    }

    /* One row for each curve: a ring where it was drawn, a disc where it was
       measured, on a logarithmic axis. What is nowhere has no mark. */
    function chart(drawn) {
      const [width, left, right, high] = [420, 14, 400, 38];
      const values = drawn.flatMap(({ record: { crosses } }) =>
        [crosses.drawn, crosses.measured]).filter((value) => value > 0);
      const ends = values.length ? values : [1];
      const low = Math.floor(Math.log10(Math.min(...ends)));
      const top = Math.max(
        Math.ceil(Math.log10(Math.max(...ends))), low + 1);
      const across = (value) =>
        left + (right - left) * (Math.log10(value) - low) / (top - low);
      const height = drawn.length * high + 24;
      const svg = make("svg", {
        class: "predict-plot", viewBox: `0 0 ${width} ${height}`,
        "font-size": 14, "aria-hidden": "true",
      });
      for (let power = low; power <= top; power += 1) {
        const x = across(10 ** power);
        svg.append(
          make("line", {
            class: "predictions-grid", x1: x, x2: x, y1: 0, y2: height - 20,
          }),
          make("text", {
            x, y: height - 3, "text-anchor": "middle",
          }, withUnit(10 ** power, "")));
      }
      drawn.forEach(({ chapter, record: { crosses } }, i) => {
        const y = high * i + 28;
        const marks = [
          ["predictions-guess", crosses.drawn, 7],
          ["predictions-truth", crosses.measured, 5],
        ].filter(([, value]) => value > 0);
        svg.append(make("text", { x: left, y: y - 13 },
          `Chapter ${chapter}, ${level(crosses.level)}, in ${crosses.unit}`));
        if (marks.length === 2) {
          svg.append(make("line", {
            class: "predictions-gap", y1: y, y2: y,
            x1: across(crosses.drawn), x2: across(crosses.measured),
          }));
        }
        for (const [name, value, r] of marks) {
          svg.append(make("circle", {
            class: name, cx: across(value), cy: y, r,
          }));
        }
      });
      return make("div", { class: "predict-canvas" }, svg);
    }

    function surprises(all) {
      const wrong = all.filter(({ record }) => kinds.wrong(record))
        .sort((a, b) => b.record.surprise - a.record.surprise)
        .slice(0, MOST_SURPRISES);
      place("surprises").replaceChildren(wrong.length
        ? make("ol", {}, ...wrong.map((each) => make("li", {},
          `Chapter ${each.chapter}: `, linked(each), " ", each.record.text)))
        : make("p", {}, NONE));
    }

    function list(all) {
      const head = place("all").querySelector("thead tr");
      if (head.children.length === 2) {
        const added = ["You said", "Measured", "Result"];
        head.append(...added.map((name) =>
          make("th", { scope: "col" }, name)));
        for (const { row } of asked) {
          row.append(...added.map((name) =>
            make("td", { "data-label": name })));
        }
      }
      for (const { row, record } of all) {
        const [, , said, measured, result] = row.children;
        said.textContent = record ? record.said ?? "nothing" : "";
        measured.textContent = record
          ? record.found ?? record.measured ?? "" : "";
        result.textContent = !record ? "not yet"
          : record.shown || record.looked ? "looked first"
            : record.right ? "right" : "not right";
      }
    }

    function keep() {
      const box = place("keep");
      const number = shelf.keys().length;
      const status = make("p", { role: "status" });
      const exporting = make("button", { type: "button" },
        "Export as a file");
      const deleting = make("button", { type: "button" },
        "Delete all guesses");
      const sure = make("div", { role: "group", hidden: "" });
      const yes = make("button", { type: "button" }, "Yes, delete");
      const no = make("button", { type: "button" }, "Keep them");
      sure.setAttribute("aria-label", "Delete all guesses?");
      sure.append(make("p", {},
        `Delete ${number === 1 ? "the one guess" : `all ${number} guesses`} ` +
        "from this browser? This cannot be undone."), yes, " ", no);
      exporting.addEventListener("click", () => {
        const predictions = shelf.keys().map((key) => shelf.get(key))
          .filter((record) => record);
        const text = JSON.stringify({
          book: document.title.split("—").pop().trim(),
          predictions,
        }, null, 1);
        const address = URL.createObjectURL(
          new Blob([text], { type: "application/json" }));
        make("a", { href: address, download: "predictions.json" }).click();
        setTimeout(() => URL.revokeObjectURL(address), 1000);
      });
      deleting.addEventListener("click", () => {
        sure.hidden = false;
        no.focus();
      });
      no.addEventListener("click", () => {
        sure.hidden = true;
        deleting.focus();
      });
      yes.addEventListener("click", () => {
        for (const key of shelf.keys()) shelf.remove(key);
        show();
        const said = place("keep").querySelector("[role=status]");
        said.textContent = "All guesses are deleted.";
        said.tabIndex = -1;
        said.focus();
      });
      if (number) box.replaceChildren(exporting, " ", deleting, sure, status);
      else box.replaceChildren(status);
    }

    function show() {
      const all = answered();
      summary(all);
      chapters(all);
      crossings(all);
      surprises(all);
      list(all);
      keep();
    }

    show();
    shelf.listen(show);
    // Coming back with the back button shows an old page.
    window.addEventListener("pageshow", (event) => {
      if (event.persisted) show();
    });
  }

  document.addEventListener("DOMContentLoaded", start);
})();
