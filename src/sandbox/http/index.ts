/** From sockets to calls and back: the listener, its certificates, faults on purpose, the log. */
export { makeCertificates, type Certificates } from "./certificates.js";
export type { Handle, Note } from "./exchange.js";
export { faultExamples, faultWords, parseFault } from "./fault-spec.js";
export type { Fault } from "./faults.js";
export { listen, type Listener } from "./listen.js";
export { formatJsonLine, formatLine, type LogLine } from "./log.js";
