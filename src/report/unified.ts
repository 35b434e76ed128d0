/** Unified diffs of objects as YAML. The only importer of the `diff` package. */
import { structuredPatch } from "diff";
import { stringifyJson } from "../json.js";
import type { KubeObject, Outcome } from "../model.js";
import { emitYaml } from "../yaml/index.js";
import { escapeLine, escapeText } from "./escape.js";
import { type Namer, placeText } from "./names.js";
import { asShown } from "./noise.js";
import { quotedMask, type Secrets } from "./secrets.js";
import type { Look, Paint } from "./style.js";

interface DiffWords {
  namer: Namer;
  paint: Paint;
  secrets: Secrets;
  /** The manifest of an object, for what the server could not preview. */
  manifestOf: (outcome: Outcome) => KubeObject | undefined;
}

/** Lines of context around a change. */
const context = 3;
/** More edits than this, and the search for the shortest diff gives up: the changed part is shown as replaced. */
const maxEditLength = 2000;

/**
 * The diff of an object that is, or would be, created, configured or deleted; empty for every other outcome.
 * `--- live deployment.apps/web` is what the server has, `+++ web.yaml:12:1` what the manifest makes of it.
 */
export function unifiedDiff(outcome: Outcome, words: DiffWords): string {
  const { action, before } = outcome;
  if (action !== "created" && action !== "configured" && action !== "deleted") return "";
  const after = action === "deleted" ? undefined : (outcome.after ?? words.manifestOf(outcome));
  const heading = headingOf(outcome, words).map((line) => words.paint("heading", line));
  const body =
    action === "configured" && (before === undefined || after === undefined)
      ? differenceLines(outcome, words)
      : hunkLines(yamlLines(before, words), yamlLines(after, words));
  const shown =
    body.length === 0
      ? ["(nothing that is shown: kapply would come to own fields that others own, or give some up)"]
      : body;
  return `${[...heading, ...shown.map((line) => paintLine(line, words.paint))].join("\n")}\n`;
}

function headingOf(outcome: Outcome, words: DiffWords): [string, string] {
  const name = words.namer.name(outcome.ref, outcome.type);
  const place = placeText(outcome.place);
  if (outcome.action === "deleted") return [`--- live ${name}`, `+++ ${name} deleted`];
  if (outcome.action === "configured") return [`--- live ${name}`, `+++ ${place}`];
  return [`--- live ${name} (does not exist)`, `+++ ${place}${previewNote(outcome)}`];
}

function previewNote({ preview }: Outcome): string {
  if (preview === "namespace-pending") return " (as in the manifest: its namespace is created by this run)";
  return preview === "type-pending" ? " (as in the manifest: its CRD is created by this run)" : "";
}

function yamlLines(object: KubeObject | undefined, { secrets }: DiffWords): string[] {
  if (object === undefined) return [];
  const text = emitYaml(asShown(secrets.object(object))).replace(quotedMask, "$2");
  return escapeText(text)
    .replace(/\n$/, "")
    .split("\n")
    .map((line) => line.replaceAll("\t", "\\t"));
}

/** Where one side is missing: the fields that differ, which is all that is known. */
function differenceLines(outcome: Outcome, { secrets }: DiffWords): string[] {
  return outcome.differences.flatMap((difference) => {
    const { path, before, after } = secrets.difference(outcome.ref, difference);
    const side = (sign: string, value: unknown): string[] =>
      value === undefined ? [] : [escapeLine(`${sign}${path}: ${stringifyJson(value)}`)];
    return [...side("-", before), ...side("+", after)];
  });
}

function hunkLines(before: string[], after: string[]): string[] {
  // A newline at the end of each, so that no "No newline at end of file" is said of a file that is none.
  const [old, now] = [before, after].map((lines) => lines.map((line) => `${line}\n`).join("")) as [
    string,
    string,
  ];
  const patch = structuredPatch("", "", old, now, "", "", { context, maxEditLength });
  if (patch === undefined) return replaced(before, after);
  return patch.hunks.flatMap((hunk) => [
    range(hunk.oldStart, hunk.oldLines, hunk.newStart, hunk.newLines),
    ...hunk.lines,
  ]);
}

/** One hunk that replaces everything between the lines that both begin and both end with. */
function replaced(before: string[], after: string[]): string[] {
  const least = Math.min(before.length, after.length);
  let head = 0;
  while (head < least && before[head] === after[head]) head++;
  let tail = 0;
  while (tail < least - head && before.at(-1 - tail) === after.at(-1 - tail)) tail++;
  const start = Math.max(0, head - context);
  const shown = Math.max(0, tail - context);
  const oldLines = before.length - shown - start;
  const newLines = after.length - shown - start;
  return [
    range(start + 1, oldLines, start + 1, newLines),
    ...before.slice(start, head).map((line) => ` ${line}`),
    ...before.slice(head, before.length - tail).map((line) => `-${line}`),
    ...after.slice(head, after.length - tail).map((line) => `+${line}`),
    ...before.slice(before.length - tail, before.length - shown).map((line) => ` ${line}`),
  ];
}

/** `@@ -1,7 +1,8 @@`; an empty side starts at line 0, as GNU diff has it. */
function range(oldStart: number, oldLines: number, newStart: number, newLines: number): string {
  const side = (start: number, lines: number): string => `${lines === 0 ? 0 : start},${lines}`;
  return `@@ -${side(oldStart, oldLines)} +${side(newStart, newLines)} @@`;
}

const looks: Record<string, Look> = { "-": "removed", "+": "added", "@": "hunk", "(": "faint" };

function paintLine(line: string, paint: Paint): string {
  const look = looks[line.charAt(0)];
  return look === undefined ? line : paint(look, line);
}
