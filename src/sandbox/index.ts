/** An in-memory Kubernetes-style API server, for first runs, demos and tests. */
export { faultExamples, faultWords, formatJsonLine, formatLine, parseFault } from "./http/index.js";
export { startSandbox, type Sandbox } from "./sandbox.js";
