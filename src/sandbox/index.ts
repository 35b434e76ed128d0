/** An in-memory Kubernetes-style API server, for first runs, demos and tests. */
export {
  faultExamples,
  faultWords,
  formatJsonLine,
  formatLine,
  parseFault,
  type Fault,
  type LogLine,
} from "./http/index.js";
export { startSandbox, type Sandbox, type SandboxOptions } from "./sandbox.js";
