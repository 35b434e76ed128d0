/** Problems of the input, grouped by file in the order of their lines. */
import type { Problem } from "../model.js";
import { escapeLine } from "./escape.js";
import { hintText } from "./failures.js";
import { count, placeText } from "./names.js";
import type { Paint } from "./style.js";

interface ProblemWords {
  paint: Paint;
  clean: (text: string) => string;
  /** The verb: one that writes is told that nothing was sent. */
  command: string;
}

/** `web.yaml:12:5: spec.replicas: expected an integer, found "3"`, each with its hint, and a count at the end. */
export function problemText(problems: readonly Problem[], words: ProblemWords): string {
  const closing = problemCount(problems, words.command);
  return `${listText(problems, "", words)}${words.paint("bad", closing)}\n`;
}

/** `4 problems in 2 files; nothing was sent`. */
export function problemCount(problems: readonly Problem[], command: string): string {
  const files = new Set(problems.map((problem) => problem.place.source)).size;
  const sent = ["apply", "delete"].includes(command) ? "; nothing was sent" : "";
  return `${count(problems.length, "problem")} in ${count(files, "file")}${sent}`;
}

/** The same for what is only worth a warning: no count. */
export function warningText(warnings: readonly Problem[], words: ProblemWords): string {
  return listText(warnings, `${words.paint("changed", "Warning:")} `, words);
}

/** The problems alone, each behind the prefix. */
export function listText(
  problems: readonly Problem[],
  prefix: string,
  words: Pick<ProblemWords, "clean">,
): string {
  let text = "";
  problems.forEach((problem, at) => {
    const place = placeText(problem.place);
    const path = problem.path === "" ? "" : `${escapeLine(problem.path)}: `;
    const message = words.clean(problem.message).trimEnd().replaceAll("\n", "\n  ");
    text += `${prefix}${place === "" ? "" : `${place}: `}${path}${message}\n`;
    if (problems[at + 1]?.hint !== problem.hint) text += hintText(problem.hint, words);
  });
  return text;
}

/** Files in the order in which they turn up, and each file's problems from top to bottom. */
export function inOrder(problems: readonly Problem[]): Problem[] {
  const files = new Map<string, Problem[]>();
  for (const problem of problems) {
    const { source } = problem.place;
    const list = files.get(source);
    if (list === undefined) files.set(source, [problem]);
    else list.push(problem);
  }
  return [...files.values()].flatMap((list) =>
    list.sort((a, b) => a.place.line - b.place.line || a.place.column - b.place.column),
  );
}
