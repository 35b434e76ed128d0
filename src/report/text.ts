/** Result lines and the summary: what a person, or `grep`, reads. */
import type { Action, Outcome, Ref, Result } from "../model.js";
import { count, durationText, type Namer, refText } from "./names.js";
import type { Look, Paint } from "./style.js";
import type { ReporterOptions } from "./types.js";

type DryRun = ReporterOptions["dryRun"];

/** The word for an action, as kubectl has it. */
export function actionWord(action: Action, command: string): string {
  if (command === "wait" && action === "unchanged") return "ready";
  if (command === "wait" && action === "not-attempted") return "not ready";
  return action === "not-attempted" ? "not attempted" : action;
}

const looks: Record<Action, Look> = {
  created: "good",
  configured: "changed",
  unchanged: "faint",
  deleted: "changed",
  skipped: "faint",
  failed: "bad",
  unknown: "bad",
  "not-attempted": "bad",
};

export interface Wording {
  command: string;
  dryRun?: DryRun;
  namer: Namer;
  paint: Paint;
}

/**
 * `deployment.apps/web configured`, in kubectl's form; with `(server dry run)` where nothing was changed, and
 * the namespace where the run has several.
 */
export function resultLine(outcome: Outcome, words: Wording): string {
  const { action } = outcome;
  const name = refText(outcome.ref, outcome.type);
  const word = words.paint(looks[action], actionWord(action, words.command));
  return `${name} ${word}${dryRunSuffix(outcome, words.dryRun)}${words.namer.suffix(outcome.ref)}\n`;
}

function dryRunSuffix(outcome: Outcome, dryRun: DryRun): string {
  const wouldWrite = ["created", "configured", "unchanged", "deleted"].includes(outcome.action);
  if (dryRun === undefined || !wouldWrite) return "";
  return dryRun === "server" ? " (server dry run)" : " (dry run)";
}

/** What needs a person first. */
const order: Action[] = [
  "failed",
  "unknown",
  "not-attempted",
  "created",
  "configured",
  "deleted",
  "unchanged",
  "skipped",
];

/** `4 objects: 1 created, 1 configured, 2 unchanged in 1.2 s`. */
export function summaryLine(result: Result, words: Pick<Wording, "command" | "dryRun" | "paint">): string {
  const total = order.reduce((sum, action) => sum + result.summary[action], 0);
  const counts = order
    .filter((action) => result.summary[action] > 0)
    .map((action) => {
      const text = `${result.summary[action]} ${summaryWord(action, words.command)}`;
      return looks[action] === "bad" ? words.paint("bad", text) : text;
    });
  const what = counts.length === 0 ? "0 objects" : `${count(total, "object")}: ${counts.join(", ")}`;
  const dry = words.dryRun === undefined ? "" : "; a dry run, nothing was changed";
  return `${what} in ${durationText(result.milliseconds)}${dry}\n`;
}

function summaryWord(action: Action, command: string): string {
  const preview = command === "diff" && ["created", "configured", "deleted"].includes(action);
  return preview ? `to be ${action}` : actionWord(action, command);
}

interface ReasonWords {
  clean: (text: string) => string;
  namer: Namer;
}

/**
 * Why objects were left out, a line per reason: `12 objects not attempted: interrupted`. Those that a run no longer waits
 * for have a line each: `deployment.apps/web not ready yet: 0 of 1 replica is available`.
 */
export function reasonText(outcomes: readonly Outcome[], { clean, namer }: ReasonWords): string {
  const counts = new Map<string, number>();
  const waits: string[] = [];
  for (const { action, reason, notReady, ref, type } of outcomes) {
    if (notReady !== undefined) waits.push(`${namer.name(ref, type)} ${clean(notReady)}\n`);
    if ((action !== "not-attempted" && action !== "skipped") || reason === undefined) continue;
    const line = `${actionWord(action, "")}: ${clean(reason)}`;
    counts.set(line, (counts.get(line) ?? 0) + 1);
  }
  const more = waits.length > mostWaits ? `... and ${waits.length - mostWaits} more not ready yet\n` : "";
  const left = [...counts].map(([line, number]) => `${count(number, "object")} ${line}\n`);
  return [...left, ...waits.slice(0, mostWaits), more].join("");
}

const mostWaits = 20;

/** What a run that reaches no server has to say of each object. */
export function validLine(ref: Ref, words: Wording): string {
  return `${refText(ref)} ${words.paint("good", "valid")} (dry run)${words.namer.suffix(ref)}\n`;
}

/** `12 objects are valid`, `1 object is valid; nothing was sent`. */
export function validSummary(manifests: number, dryRun: DryRun): string {
  const sent = dryRun === undefined ? "" : "; nothing was sent";
  return `${count(manifests, "object")} ${manifests === 1 ? "is" : "are"} valid${sent}\n`;
}
