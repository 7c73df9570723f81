/* Python for the page, behind three doors: load, run, stop.

   Whoever puts another engine here keeps these:
   load()         resolves once Python and NumPy are there
   run(question)  resolves with what answering.run returns, or {stopped: true}
   stop()         ends what is running, and starts anew in the background;
                  returns what it has printed so far
   The question holds the reader's source and the definitions of its chapter.
   WORKER, the source of the worker, is put before this file when it is
   bundled; python.js and book.js fill `courseAnswers.parts`. */
(function () {
  "use strict";

  const parts = window.courseAnswers.parts;
  const GAVE_UP =
    "Python in this page gave up on it and starts anew. A function that " +
    "calls itself without end can do that, and so can an array that is too " +
    "large.";

  // The worker that is there or on its way, and who waits for its answer.
  let started = null;
  let waiting = null;
  let printed = "";

  function bytes(text) {
    if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
    const letters = atob(text);
    const made = new Uint8Array(letters.length);
    for (let i = 0; i < made.length; i += 1) made[i] = letters.charCodeAt(i);
    return made;
  }

  function start() {
    if (typeof parts.python === "string") parts.python = bytes(parts.python);
    const address = URL.createObjectURL(
      new Blob([WORKER], { type: "text/javascript" }));
    const worker = new Worker(address);
    const ready = new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => {
        URL.revokeObjectURL(address);
        if (data.ready) resolve(worker);
        else if (data.printed) printed += data.printed;
        else if (data.told) waiting?.(data.told);
        else fail(data.failed);
      };
      worker.onerror = (event) => fail(event.message);
      function fail(message) {
        console.warn(`Python in the page: ${message}`);
        reject(new Error(message));
        end();
        waiting?.({ told: GAVE_UP, line: null, verdict: null });
      }
    });
    worker.postMessage({ load: { archive: parts.python, files: parts.files } });
    started = { worker, ready };
    return ready;
  }

  function end() {
    started?.worker.terminate();
    started = null;
  }

  async function load() {
    await (started?.ready ?? start());
  }

  async function run(question) {
    const answer = new Promise((resolve) => {
      waiting = (told) => {
        waiting = null;
        resolve(told);
      };
    });
    const mine = waiting;
    printed = "";
    (started?.ready ?? start()).then((worker) => {
      if (waiting === mine) worker.postMessage({ run: question });
    }, () => {});
    return answer;
  }

  function stop() {
    end();
    waiting?.({ stopped: true, told: printed });
    start().catch(() => {});
    return printed;
  }

  window.courseAnswers.engine = { load, run, stop };
})();
