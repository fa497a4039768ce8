// ESLint's recommended rules for our own scripts. The linter lives in the image, not beside this
// file, so its rules are looked for from where it was started.
import { createRequire } from "node:module";
import process from "node:process";

const js = createRequire(process.argv[1])("@eslint/js");

const node = ["process", "console"];
const browser = [
  "BroadcastChannel",
  "EventSource",
  "Worker",
  "caches",
  "document",
  "getComputedStyle",
  "location",
  "navigator",
  "requestIdleCallback",
  "DOMParser",
  "HTMLElement",
  "IntersectionObserver",
  "self",
  "window",
  "XMLHttpRequest",
];
const both = [
  "AbortController",
  "DOMException",
  "FormData",
  "ReadableStream",
  "Request",
  "Response",
  "TextDecoder",
  "TextEncoder",
  "TransformStream",
  "URL",
  "WebAssembly",
  "btoa",
  "clearTimeout",
  "crypto",
  "fetch",
  "performance",
  "queueMicrotask",
  "setTimeout",
  "structuredClone",
];

export default [
  { ignores: ["**/node_modules/", "**/.spec14/", "**/_build/"] },
  js.configs.recommended,
  {
    languageOptions: {
      ecmaVersion: "latest",
      sourceType: "module",
      globals: Object.fromEntries([...node, ...browser, ...both].map((name) => [name, "readonly"])),
    },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: { eqeqeq: "error", "no-var": "error", "prefer-const": "error" },
  },
];
