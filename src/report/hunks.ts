/** Rows as the hunks of a unified diff. */
import type { Row } from "./rows.js";

/** Lines of context around a change. */
const context = 3;

/**
 * The hunks with what changed and three lines around it, each under its range (`@@ -1,7 +1,8 @@`); empty where nothing
 * did. What changed from one line to one other stands together.
 */
export function hunksOf(rows: readonly Row[]): string[] {
  const lines = rows.flatMap(signed);
  const hunks: string[] = [];
  let [old, now] = [1, 1]; // the line that comes next on each side
  let at = 0;
  for (const [start, end] of rangesOf(lines)) {
    old += start - at;
    now += start - at;
    const shown = lines.slice(start, end);
    const oldLines = shown.filter((line) => !line.startsWith("+")).length;
    const newLines = shown.filter((line) => !line.startsWith("-")).length;
    hunks.push(`@@ -${side(old, oldLines)} +${side(now, newLines)} @@`);
    for (const line of shown) hunks.push(line);
    old += oldLines;
    now += newLines;
    at = end;
  }
  return hunks;
}

/** An empty side starts at line 0, as GNU diff has it: no other hunk has one, since context is on both sides. */
function side(start: number, lines: number): string {
  return `${lines === 0 ? 0 : start},${lines}`;
}

function signed(row: Row): string[] {
  if (row.is === "same") return [` ${row.text}`];
  const { before, after } = row;
  return [...(before === undefined ? [] : [`-${before}`]), ...(after === undefined ? [] : [`+${after}`])];
}

/** The parts to show, as half-open ranges of lines; those that touch are one. */
function rangesOf(lines: readonly string[]): [number, number][] {
  const ranges: [number, number][] = [];
  lines.forEach((line, at) => {
    if (line.startsWith(" ")) return;
    const [start, end] = [Math.max(0, at - context), Math.min(lines.length, at + 1 + context)];
    const last = ranges.at(-1);
    if (last !== undefined && start <= last[1]) last[1] = end;
    else ranges.push([start, end]);
  });
  return ranges;
}
