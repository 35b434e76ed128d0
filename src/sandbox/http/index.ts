/** From sockets to calls and back: the listener, its certificates, faults on purpose, the log. */
export { makeCertificates } from "./certificates.js";
export type { Handle } from "./exchange.js";
export { faultExamples, faultWords, parseFault } from "./fault-spec.js";
export type { Fault } from "./faults.js";
export { listen } from "./listen.js";
export { formatJsonLine, formatLine, type LogLine } from "./log.js";
