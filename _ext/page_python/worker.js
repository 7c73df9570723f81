/* Python in a worker: CPython and NumPy of the CoWasm project.

   Takes {load: {archive, files}} once and {run: question} after it; answers
   {ready}, {told}, or {failed} with a message, after which it is of no more
   use. While a question runs, {printed} tells what it prints. All files lie in memory; nothing is fetched. */
import importWasm from "@cowasm/kernel/dist/wasm/worker/import";
import posix from "@cowasm/kernel/dist/wasm/worker/posix-browser";
import { createFileSystem } from "wasi-js";
import bindings from "wasi-js/dist/bindings/browser";

const HOME = "/usr/lib/python3.11";
const CORE = "/usr/lib/python.wasm";
const KERNEL = "/usr/lib/kernel.wasm";
const SITE = `${HOME}/site-packages`;
const [QUESTION, ANSWER] = ["/tmp/question.json", "/tmp/answer.json"];
// A phone does not promise more.
const MEGABYTES = 512;
// The engine itself does not tell what went wrong.
const OPEN = `
try:
    import answering, numpy, rnnlib.book.exercises
except BaseException:
    import traceback
    traceback.print_exc()
    raise
`;

// Python asks for many files that are nowhere. Each "no" is an error, and
// where it arose, deep in calls, takes longer to write down than all else.
Error.stackTraceLimit = 0;

let fs;
let call;
// What Python says when nobody listens: of use if it fails.
let heard = "";
let runs = false;

/* An archive is gzipped: four bytes with the length of a list of names and
   sizes in JSON, the list, then the files. */
async function unpack(archive) {
  const stream = new Blob([archive]).stream()
    .pipeThrough(new DecompressionStream("gzip"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  const length = new DataView(bytes.buffer).getUint32(0);
  let place = 4 + length;
  const names = JSON.parse(new TextDecoder().decode(bytes.subarray(4, place)));
  for (const [name, size] of names) {
    put(name, Buffer.from(bytes.buffer, place, size));
    place += size;
  }
}

const folders = new Set();

function put(name, content) {
  const folder = name.slice(0, name.lastIndexOf("/"));
  if (!folders.has(folder)) fs.mkdirSync(folder, { recursive: true });
  folders.add(folder);
  fs.writeFileSync(name, content);
}

async function load({ archive, files }) {
  // One file system in memory, with standard input and output in /dev.
  fs = createFileSystem([{ type: "dev" }]);
  await unpack(archive);
  for (const [name, text] of Object.entries(files)) {
    put(`${SITE}/${name}`, text);
  }
  put(QUESTION, "");
  const decoder = new TextDecoder();
  const hear = (data) => { heard = (heard + decoder.decode(data)).slice(-500); };
  const print = (data) => {
    if (runs) self.postMessage({ printed: decoder.decode(data) });
    else hear(data);
  };
  const make = (path, imports) => new WebAssembly.Instance(
    new WebAssembly.Module(fs.readFileSync(path)), imports);
  const wasm = await importWasm({
    source: KERNEL,
    bindings: { ...bindings, fs, posix },
    options: {
      env: {
        PYTHONHOME: "/usr",
        PYTHONEXECUTABLE: CORE,
        PYTHONDONTWRITEBYTECODE: "1",
      },
      wasmEnv: { wasmGetSignalState: () => 0 },
      getStdin: () => Buffer.from(""),
      sendStdout: print,
      sendStderr: hear,
      sleep(milliseconds) {
        const end = performance.now() + milliseconds;
        while (performance.now() < end);
      },
    },
    importWebAssembly: async (path, imports) => make(path, imports),
    importWebAssemblySync: make,
    readFileSync: (path) => fs.readFileSync(path),
    maxMemoryMB: MEGABYTES,
  });
  call = (name, text) => wasm.callWithString({ name, dll: CORE }, text);
  call("cowasm_python_init");
  python(OPEN);
}

function python(code) {
  heard = "";
  if (call("cowasm_python_exec", code)) throw new Error(heard);
}

function run(question) {
  fs.writeFileSync(QUESTION, JSON.stringify(question));
  runs = true;
  python(`answering.from_file("${QUESTION}", "${ANSWER}")`);
  runs = false;
  return JSON.parse(fs.readFileSync(ANSWER, "utf8"));
}

self.onmessage = async ({ data }) => {
  try {
    if (data.load) {
      await load(data.load);
      self.postMessage({ ready: true });
    } else {
      self.postMessage({ told: run(data.run) });
    }
  } catch (error) {
    self.postMessage({ failed: String(error?.message || error) });
  }
};
