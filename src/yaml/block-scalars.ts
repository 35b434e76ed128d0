/** Scalars of the plain block style that have no quotes: plain text, literal and folded blocks. */
import type { Json } from "../json.js";
import { type Lines, bail, nextLine, withoutTrailingSpaces } from "./lines.js";
import { resolvePlain } from "./scalars.js";

/** Characters that start something else than plain text, or nothing at all. */
const indicators = new Set("-?:,[]{}#&*!|>'\"%@`");

/** Plain text and the lines that continue it: those indented deeper than what it belongs to. */
export function readPlainText(lines: Lines, indent: number): Json {
  const { text, at } = lines;
  const second = text.charCodeAt(at + 1);
  if (indicators.has(text.charAt(at)) && !(text.charCodeAt(at) === 45 && second > 32)) throw bail;
  const first = plainLine(lines);
  const commented = at + first.length < lines.end && text.slice(at + first.length, lines.end).includes("#");
  const end = lines.next;
  nextLine(lines);
  const value = lines.indent > indent ? continued(lines, indent, first, commented, end) : resolvePlain(first);
  if (value === undefined) throw bail;
  return value;
}

/**
 * The plain text on the rest of the line, without a comment or trailing spaces. One loop over its characters: this is
 * where most of the reading time goes, and looking for each of ` #`, `: ` and tabs by itself takes three times as long.
 */
function plainLine({ text, at, end }: Lines): string {
  let last = at;
  for (let position = at; position < end; position += 1) {
    const code = text.charCodeAt(position);
    if (code === 32) continue;
    if (code === 35 && position > last) break; // a comment, after a space
    if (code === 9) throw bail;
    if (code === 58 && (position + 1 === end || text.charCodeAt(position + 1) === 32)) throw bail; // a key
    last = position + 1;
  }
  return text.slice(at, last);
}

/** Folds lines: a line feed is a space, and n blank lines are n line feeds. A comment in between ends the text. */
function continued(lines: Lines, indent: number, first: string, commented: boolean, end: number): string {
  let value = first;
  let from = end;
  let open = !commented;
  while (lines.indent > indent) {
    const between = lines.text.slice(from, lines.at - lines.indent);
    if (!open || between.includes("#")) throw bail;
    const breaks = between.split("\n").length - 1;
    const line = plainLine(lines);
    open =
      lines.at + line.length === lines.end ||
      withoutTrailingSpaces(lines.text.slice(lines.at, lines.end)) === line;
    value += (breaks === 0 ? " " : "\n".repeat(breaks)) + line;
    from = lines.next;
    nextLine(lines);
  }
  return value;
}

const header = /[|>]([-+]?) *(?=\n)/y;

/** A literal (`|`) or folded (`>`) scalar with or without a chomping indicator, without one of indentation. */
export function readBlockText(lines: Lines, indent: number): string {
  const { text } = lines;
  header.lastIndex = lines.at;
  const chomping = header.exec(text)?.[1];
  if (chomping === undefined || !text.endsWith("\n")) throw bail;
  const folded = text.charCodeAt(lines.at) === 62;
  const rows = readRows(lines, indent);
  nextLine(lines);
  if (lines.indent > indent) throw bail; // a line that is neither in the block nor after it
  return chomp(folded ? fold(rows) : rows, chomping);
}

/** The lines of a block, without their indentation; blank ones are empty. */
function readRows(lines: Lines, indent: number): string[] {
  const { text } = lines;
  const rows: string[] = [];
  let column = -1;
  let at = lines.next;
  while (at < text.length) {
    const end = text.indexOf("\n", at);
    let start = at;
    while (text.charCodeAt(start) === 32) start += 1;
    const blank = start === end;
    if (!blank && column < 0) column = firstColumn(start - at, indent, rows);
    if (!blank && start - at < column) break;
    if (column < 0) rows.push(" ".repeat(end - at));
    else rows.push(end - at > column ? text.slice(at + column, end) : "");
    at = end + 1;
  }
  lines.next = at;
  return column < 0 ? rows.map(() => "") : rows;
}

/** The column of a block, told by its first line with text; blank lines before it must not be deeper. */
function firstColumn(column: number, indent: number, rows: string[]): number {
  const empty = column <= indent;
  for (const [at, row] of rows.entries()) {
    if (row.length > column && !empty) throw bail;
    rows[at] = "";
  }
  return empty ? Number.POSITIVE_INFINITY : column;
}

/** Joins lines that follow each other; of blank lines between two, each is a line feed. */
function fold(rows: readonly string[]): string[] {
  const folded: string[] = [];
  let line = "";
  let blanks = 0;
  for (const row of rows) {
    if (row.startsWith(" ") || row.startsWith("\t")) throw bail; // deeper lines are not folded
    if (row === "") blanks += 1;
    else if (line !== "" && blanks === 0) line += ` ${row}`;
    else {
      if (line !== "") folded.push(line);
      for (let blank = line === "" ? 0 : 1; blank < blanks; blank += 1) folded.push("");
      line = row;
      blanks = 0;
    }
  }
  if (line !== "") folded.push(line);
  for (; blanks > 0; blanks -= 1) folded.push("");
  return folded;
}

/** The rows as a text: with one final line feed, with none (`-`), or with all there are (`+`). */
function chomp(rows: string[], chomping: string): string {
  const text = rows.length === 0 ? "" : `${rows.join("\n")}\n`;
  if (chomping === "+") return text;
  let end = text.length;
  while (text.charCodeAt(end - 1) === 10) end -= 1;
  return end === 0 || chomping === "-" ? text.slice(0, end) : `${text.slice(0, end)}\n`;
}
