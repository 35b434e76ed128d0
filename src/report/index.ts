/** Reports: results and events -> text, json, unified diff, progress. Reaches no server, and knows of none. */
export { escapeText } from "./escape.js";
export { refText } from "./names.js";
export { renderObjects } from "./objects.js";
export { createReporter } from "./reporter.js";
export type { Output, Reporter, ReporterOptions } from "./types.js";
