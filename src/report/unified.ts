/** Unified diffs of objects as YAML, with what is to say of them in comments: `patch` takes no notice of these. */
import { stringifyJson } from "../json.js";
import type { KubeObject, Outcome } from "../model.js";
import { escapeLine } from "./escape.js";
import { hunksOf } from "./hunks.js";
import { type Namer, placeText } from "./names.js";
import { asShown } from "./noise.js";
import { driftLines, takenOverLines, yieldedLines } from "./owners.js";
import { rowsOf } from "./rows.js";
import type { Secrets } from "./secrets.js";
import type { Look, Paint } from "./style.js";

export interface DiffWords {
  namer: Namer;
  paint: Paint;
  secrets: Secrets;
  now: () => Date;
  /** The manifest of an object, for what the server could not preview. */
  manifestOf: (outcome: Outcome) => KubeObject | undefined;
}

/**
 * The diff of an object that is, or would be, created, configured or deleted; empty for every other outcome.
 * `--- live deployment.apps/web` is what the server has, `+++ web.yaml:12:1` what the manifest makes of it. Lines that
 * begin with `# ` say why fields differ, whose fields become ours, and which are left to their owners.
 */
export function unifiedDiff(outcome: Outcome, fieldManager: string, words: DiffWords): string {
  const { action, before } = outcome;
  if (action !== "created" && action !== "configured" && action !== "deleted") return "";
  const after = action === "deleted" ? undefined : (outcome.after ?? words.manifestOf(outcome));
  const body =
    action === "configured" && (before === undefined || after === undefined)
      ? differenceLines(outcome, words)
      : hunksOf(rowsOf(shown(before, words), shown(after, words), words.secrets.text));
  const taken = takenOverLines(outcome, fieldManager, words);
  const said = [...driftLines(outcome.differences, words), ...taken].map(comment);
  const ownershipOnly = body.length === 0 && taken.length === 0 ? [`(${onlyOwnership(fieldManager)})`] : [];
  const lines = [...said, ...body, ...ownershipOnly, ...yieldedLines(outcome, words).map(comment)];
  const heading = headingOf(outcome, words).map((line) => words.paint("heading", line));
  return `${[...heading, ...lines.map((line) => paintLine(line, words.paint))].join("\n")}\n`;
}

function shown(object: KubeObject | undefined, { secrets }: DiffWords): KubeObject | undefined {
  return object === undefined ? undefined : asShown(secrets.object(object));
}

function comment(line: string): string {
  return `# ${line}`;
}

function onlyOwnership(fieldManager: string): string {
  const ours = escapeLine(fieldManager);
  return `nothing that is shown: ${ours} would come to own fields that others own, or give some up`;
}

function headingOf(outcome: Outcome, words: DiffWords): [string, string] {
  const name = words.namer.name(outcome.ref, outcome.type);
  const place = placeText(outcome.place);
  if (outcome.action === "deleted") return [`--- live ${name}`, `+++ ${name} deleted`];
  const after = `+++ ${place}${previewNote(outcome, words)}`;
  return [`--- live ${name}${outcome.action === "created" ? " (does not exist)" : ""}`, after];
}

function previewNote({ preview, reason }: Outcome, { secrets }: DiffWords): string {
  if (preview === "predicted")
    return reason === undefined ? " (predicted)" : ` (predicted: ${escapeLine(secrets.text(reason))})`;
  if (preview === "namespace-pending") return " (as in the manifest: its namespace is created by this run)";
  return preview === "type-pending" ? " (as in the manifest: its CRD is created by this run)" : "";
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

const looks: Record<string, Look> = { "-": "removed", "+": "added", "@": "hunk", "#": "faint", "(": "faint" };

function paintLine(line: string, paint: Paint): string {
  const look = looks[line.charAt(0)];
  return look === undefined ? line : paint(look, line);
}
