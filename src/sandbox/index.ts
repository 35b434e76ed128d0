/**
 * An in-memory Kubernetes-style API server, for first runs, demos and tests.
 *
 *   sandbox.ts    what it holds, who looks after it, the door to it
 *   handler.ts    the way of a request: who, what for, may they, the verb
 *   store.ts      objects, versions, the changes of late; kinds.ts what is served
 *   verbs/        a file for each verb, and the steps that they share: body, settle, prepare, commit
 *   life/         what goes on between requests: namespaces, owners, CRDs
 *   http/         sockets, certificates, faults on purpose, the log
 *   access/       authentication, RBAC, reviews, tokens
 *   discovery/    what the server says of itself; tables
 *   patches/, selectors/, protobuf/    what clients send, read
 *   defaults/, rules/                  what the real server sets and refuses in code, as tables
 */
export { faultExamples, faultWords, formatJsonLine, formatLine, parseFault } from "./http/index.js";
export { startSandbox, type Sandbox } from "./sandbox.js";
