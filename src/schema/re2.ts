/**
 * Regular expressions of CRDs, matched as Go does: in time proportional to the text, whatever the pattern.
 *
 * Patterns of CRDs are RE2. JavaScript's engine reads some of them otherwise (`\z`, `[[:alpha:]]`, `(?i)`) and
 * backtracks without end on others. So a pattern becomes a program of a small machine (Thompson's construction)
 * which follows all its threads at once. What the parser does not know is an error, and the pattern is not checked.
 */
import { parsePattern, type Node } from "./re2-syntax.js";

type Step =
  | { op: "character"; matches: (code: number) => boolean }
  | { op: "split"; a: number; b: number }
  | { op: "jump"; to: number }
  | { op: "assert"; holds: Assertion }
  | { op: "match" };

type Assertion = (before: number, after: number) => boolean;

/** Steps of a program, and steps of a run, beyond which a pattern is not checked. */
const mostSteps = 20_000;
const mostWork = 20_000_000;

export interface Pattern {
  /** Whether the pattern is found anywhere in the text; true when deciding would take too long. */
  test: (text: string) => boolean;
}

/** Compiles a pattern. Throws `SyntaxError` for what is no RE2, or more of it than is known here. */
export function compilePattern(pattern: string): Pattern {
  const steps: Step[] = [];
  emit(parsePattern(pattern), steps);
  push(steps, { op: "match" });
  return {
    test: (text) =>
      run(
        steps,
        Array.from(text, (character) => character.codePointAt(0) ?? 0),
      ),
  };
}

function push(steps: Step[], step: Step): number {
  if (steps.length >= mostSteps) throw new SyntaxError("the pattern is too large");
  return steps.push(step) - 1;
}

function emit(node: Node, steps: Step[]): void {
  switch (node.kind) {
    case "character":
      push(steps, { op: "character", matches: node.matches });
      return;
    case "assert":
      push(steps, { op: "assert", holds: node.holds });
      return;
    case "sequence":
      for (const item of node.items) emit(item, steps);
      return;
    case "choice":
      emitChoice(node.items, steps);
      return;
    case "repeat":
      emitRepeat(node, steps);
      return;
  }
}

function emitChoice(items: Node[], steps: Step[]): void {
  const jumps: { op: "jump"; to: number }[] = [];
  for (const [index, item] of items.entries()) {
    const last = index === items.length - 1;
    const split = { op: "split" as const, a: steps.length + 1, b: 0 };
    if (!last) push(steps, split);
    emit(item, steps);
    if (last) break;
    const jump = { op: "jump" as const, to: 0 };
    push(steps, jump);
    jumps.push(jump);
    split.b = steps.length;
  }
  for (const jump of jumps) jump.to = steps.length;
}

function emitRepeat({ item, min, max }: { item: Node; min: number; max: number }, steps: Step[]): void {
  for (let count = 0; count < min; count++) {
    const before = steps.length;
    emit(item, steps);
    if (steps.length === before) break; // an empty group, a thousand times
  }
  if (max === Infinity) {
    const split = { op: "split" as const, a: steps.length + 1, b: 0 };
    const start = push(steps, split);
    emit(item, steps);
    push(steps, { op: "jump", to: start });
    split.b = steps.length;
    return;
  }
  const splits: { op: "split"; a: number; b: number }[] = [];
  for (let count = min; count < max; count++) {
    const split = { op: "split" as const, a: steps.length + 1, b: 0 };
    push(steps, split);
    splits.push(split);
    emit(item, steps);
  }
  for (const split of splits) split.b = steps.length;
}

/** Follows all threads at once: at each character, the set of steps that may come next. */
function run(steps: Step[], text: number[]): boolean {
  let threads: number[] = [];
  let work = 0;
  const visited = new Int32Array(steps.length).fill(-1);
  for (let at = 0; at <= text.length; at++) {
    const before = text[at - 1] ?? -1;
    const code = text[at] ?? -1;
    const waiting: number[] = [];
    // A thread begins at every character: the pattern may match anywhere.
    const queue = [0, ...threads.reverse()];
    for (let index = queue.pop(); index !== undefined; index = queue.pop()) {
      if (visited[index] === at) continue;
      visited[index] = at;
      work++;
      const step = steps[index] as Step;
      if (step.op === "match") return true;
      if (step.op === "character") waiting.push(index);
      else if (step.op === "jump") queue.push(step.to);
      else if (step.op === "split") queue.push(step.b, step.a);
      else if (step.holds(before, code)) queue.push(index + 1);
    }
    if (work > mostWork) return true;
    threads = waiting.filter((index) => {
      const step = steps[index] as Step;
      return step.op === "character" && code !== -1 && step.matches(code);
    });
    threads = threads.map((index) => index + 1);
  }
  return false;
}
