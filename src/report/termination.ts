/**
 * Why a run failed, short enough for a pod's termination message, so that `kubectl describe pod` says it. The kubelet
 * takes the last 4,096 bytes of the file, and less of a pod's start where it has many containers (k8s.io/kubernetes,
 * pkg/kubelet/kuberuntime/kuberuntime_container.go, pkg/kubelet/status/status_manager.go).
 */
import type { Result } from "../model.js";
import { errorOf, errorText, failureText, type ErrorWords } from "./failures.js";
import type { End } from "./json.js";
import { count } from "./names.js";
import { listText, problemCount } from "./problems.js";
import { reasonText, summaryLine } from "./text.js";

export interface TerminationWords extends ErrorWords {
  /** The verb: apply, wait ... */
  command: string;
  dryRun?: "client" | "server" | undefined;
}

/** The most that a container may leave (MaxContainerTerminationMessageLength). */
const mostBytes = 4096;
/** The most of one line: a server that puts everything into one leaves room for the way out. */
const longestLine = 1024;

/**
 * What failed, where, why, and the way out, in at most 4,096 bytes of UTF-8; the most important first, cut between
 * lines. Empty where nothing failed: `diff` that found differences did what it is for. `words.clean` is to mask Secrets
 * whatever the user asked to be shown: everybody who may see the pod reads this.
 */
export function terminationMessage(end: End, words: TerminationWords): string {
  switch (end.is) {
    case "result":
      return ofResult(end.result, words);
    case "problems": {
      const { problems, exitStatus } = end;
      const text = (most: number): string => listText(problems.slice(0, most), "", words);
      const closing = problemCount(problems, words.command);
      return message(`${headOf(words, exitStatus)}: ${closing}\n`, text, problems.length, "problem", "");
    }
    case "error": {
      const { error, about } = end;
      const outcomes = end.outcomes.filter((outcome) => errorOf(outcome) !== undefined);
      const text = (most: number): string =>
        errorText(error, about, words) + failureText(outcomes.slice(0, most - 1), words);
      const head = `${headOf(words, error.exitStatus)}\n`;
      return message(head, text, outcomes.length + 1, "failed object", reasonText(end.outcomes, words));
    }
  }
}

function ofResult(result: Result, words: TerminationWords): string {
  const { exitStatus, outcomes, command } = result;
  if (exitStatus === 0 || (command === "diff" && exitStatus === 1)) return "";
  const failed = outcomes.filter((outcome) => errorOf(outcome) !== undefined);
  const text = (most: number): string => failureText(failed.slice(0, most), words);
  const head = `${headOf(words, exitStatus)}: ${summaryLine(result, words)}`;
  const last = reasonText(outcomes, words);
  const { reason = "" } = result;
  const why = reason === "" || last.includes(reason) ? "" : `${words.clean(reason)}\n`;
  return message(head, text, failed.length, "failed object", why + last);
}

function headOf({ command }: TerminationWords, exitStatus: number): string {
  const how = exitStatus === 130 || exitStatus === 143 ? "was interrupted" : "failed";
  return `${["kapply", command].join(" ").trim()} ${how} (exit status ${exitStatus})`;
}

/** `text(n)` is the text of the first n entries, of `all`; `last` is what may be left out first. */
function message(
  head: string,
  text: (most: number) => string,
  all: number,
  noun: string,
  last: string,
): string {
  const room = mostBytes - bytesOf(head);
  const short = (most: number): string => cutLines(text(most)) + restText(all - most, noun);
  const whole = cutLines(text(all));
  if (bytesOf(whole) <= room) return head + whole + fitting(cutLines(last), room - bytesOf(whole));
  // The more entries the longer the text, but for hints that several share: any number that fits will do.
  let [fits, beyond] = [0, all];
  while (beyond - fits > 1) {
    const middle = (fits + beyond) >> 1;
    if (bytesOf(short(middle)) <= room) fits = middle;
    else beyond = middle;
  }
  if (fits > 0) return head + short(fits);
  const rest = restText(all - 1, noun);
  return head + squeezed(cutLines(text(1)), room - bytesOf(rest)) + rest;
}

function restText(more: number, noun: string): string {
  return more === 0 ? "" : `... and ${count(more, `more ${noun}`)}: see the log\n`;
}

/** One entry that is too long for all the room: its first line, its hint, and of what is between as much as fits. */
function squeezed(entry: string, room: number): string {
  const lines = entry.split(/(?<=\n)/);
  const hintAt = lines.findIndex((line) => line.startsWith("  hint: "));
  const [first = ""] = lines;
  const cut = "  ...\n";
  const hint = hintAt < 0 ? "" : fitting(lines.slice(hintAt).join(""), (room - bytesOf(first)) >> 1);
  const between = lines.slice(1, hintAt < 0 ? undefined : hintAt).join("");
  return first + fitting(between, room - bytesOf(first + cut + hint)) + cut + hint;
}

/** The whole lines from the start of a text that have room. */
function fitting(text: string, room: number): string {
  let left = room;
  const lines = text.split(/(?<=\n)/);
  const end = lines.findIndex((line) => (left -= bytesOf(line)) < 0);
  return lines.slice(0, end < 0 ? undefined : end).join("");
}

/** A text with its longest lines cut, between characters. */
function cutLines(text: string): string {
  if (bytesOf(text) <= longestLine) return text;
  return text.split("\n").map(cutLine).join("\n");
}

function cutLine(line: string): string {
  if (bytesOf(line) <= longestLine) return line;
  let left = longestLine - 3;
  let kept = "";
  for (const character of line) {
    left -= bytesOf(character);
    if (left < 0) break;
    kept += character;
  }
  return `${kept}...`;
}

function bytesOf(text: string): number {
  return Buffer.byteLength(text);
}
