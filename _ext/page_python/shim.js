/* What the engine takes for granted of Node, as far as it needs it. */
import { Buffer } from "buffer";

export { Buffer };

export const process = {
  argv: [],
  browser: true,
  cwd: () => "/",
  emitWarning() {},
  env: {},
  nextTick: (call, ...rest) => queueMicrotask(() => call(...rest)),
  pid: 1,
  platform: "browser",
  version: "",
  versions: {},
};

globalThis.Buffer ??= Buffer;
globalThis.process ??= process;
