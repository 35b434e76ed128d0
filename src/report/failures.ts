/** Errors as a person reads them: where, which object, what; every cause with its place; the way out. */
import type { Failure, FailureCause, Outcome, Place, Ref, ResourceType } from "../model.js";
import { count, type Namer, placeText, refKey, refText } from "./names.js";
import { contestText, pathText, type OwnerWords } from "./owners.js";
import type { Paint } from "./style.js";

export interface ErrorWords extends OwnerWords {
  namer: Namer;
  paint: Paint;
  /** Makes foreign text fit to print; lines are kept. */
  clean: (text: string) => string;
}

/**
 * The failed objects' errors, in order. Objects that failed for the very same reason are one entry, as when the server
 * went away; a hint that several in a row share follows the last of them, and that of conflicts the last of all.
 */
export function failureText(outcomes: readonly Outcome[], words: ErrorWords): string {
  const groups = groupBySame(outcomes);
  let text = "";
  groups.forEach(({ outcome, error, others }, at) => {
    const where = label(outcome.place, outcome.ref, outcome.type, error.message, words);
    const rest = others === 0 ? "" : ` (and the same for ${count(others, "more object")})`;
    text += entry(where, outcome.ref, error, rest, words);
    const next = error.code === "conflict" ? groups.slice(at + 1) : groups.slice(at + 1, at + 2);
    if (!next.some((group) => group.error.hint === error.hint)) text += hintText(error.hint, words);
  });
  return text;
}

/** One error that belongs to no result. */
export function errorText(
  error: Failure,
  about: { ref?: Ref | undefined; place?: Place | undefined },
  words: ErrorWords,
): string {
  const where =
    about.ref === undefined && about.place === undefined
      ? `${words.paint("bad", "error")}: `
      : label(about.place, about.ref, undefined, error.message, words);
  return entry(where, about.ref, error, "", words) + hintText(error.hint, words);
}

interface Group {
  outcome: Outcome;
  error: Failure;
  others: number;
}

function groupBySame(outcomes: readonly Outcome[]): Group[] {
  const groups = new Map<string, Group>();
  for (const outcome of outcomes) {
    const error = errorOf(outcome);
    if (error === undefined) continue;
    // What has causes is about its own lines: only plain errors are the same, whichever object they name.
    const key =
      error.causes.length > 0
        ? refKey(outcome.ref)
        : `${error.code}\n${error.message.replaceAll(refText(outcome.ref, outcome.type), "")}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { outcome, error, others: 0 });
    else group.others += 1;
  }
  return [...groups.values()];
}

/** The error of an outcome; what could not be found out is one too. */
export function errorOf(outcome: Outcome): Failure | undefined {
  if (outcome.error !== undefined || outcome.action !== "unknown") return outcome.error;
  const message = `whether it would change is not known: ${outcome.reason ?? "the server did not say"}`;
  return { code: "unknown", message, causes: [], exitStatus: 0 };
}

/** `web.yaml:12:1: deployment.apps/web: `, without what the message itself begins with. */
function label(
  place: Place | undefined,
  ref: Ref | undefined,
  type: ResourceType | undefined,
  message: string,
  words: ErrorWords,
): string {
  const at = place === undefined ? "" : placeText(place);
  const name = ref === undefined ? "" : words.namer.name(ref, type);
  const start = at !== "" && !message.startsWith(at) ? `${at}: ` : "";
  return name !== "" && !message.includes(name) ? `${start}${words.paint("bad", name)}: ` : start;
}

function entry(where: string, ref: Ref | undefined, error: Failure, rest: string, words: ErrorWords): string {
  const message = indented(words.clean(error.message), 2);
  const causes = error.causes.map((cause) => causeText(cause, ref, error.message, words)).join("");
  return `${where}${message}${rest}\n${causes}`;
}

function causeText(cause: FailureCause, ref: Ref | undefined, message: string, words: ErrorWords): string {
  const { contest } = cause;
  if (contest !== undefined) {
    const at = placeText(cause.place ?? contest.place);
    return `  ${at === "" ? "" : `${at}: `}${pathText(contest.path, words)}: ${contestText(ref, contest, words)}\n`;
  }
  const place = cause.place === undefined ? "" : `${placeText(cause.place)}: `;
  const named = cause.path === undefined || cause.path === "" || cause.message.includes(cause.path);
  const path = named ? "" : `${pathText(cause.path ?? "", words)}: `;
  // A server puts its only cause into its message as well: then the place is all that is new.
  if (place === "" && message.includes(cause.message)) return "";
  return `  ${place}${path}${indented(words.clean(cause.message), 4)}\n`;
}

/** The way out, under what it is the way out of. */
export function hintText(hint: string | undefined, words: Pick<ErrorWords, "clean">): string {
  return hint === undefined || hint === "" ? "" : `  hint: ${indented(words.clean(hint), 8)}\n`;
}

function indented(text: string, by: number): string {
  return text.trimEnd().replaceAll("\n", `\n${" ".repeat(by)}`);
}
