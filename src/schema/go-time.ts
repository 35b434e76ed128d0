/**
 * Times as Go reads and writes them: RFC 3339, UTC, to the second, or to the microsecond for a `MicroTime`.
 *
 * Source: Go's `time.Parse`; apimachinery pkg/apis/meta/v1 (time.go, micro_time.go).
 */
import { goQuote } from "./go-text.js";

type Precision = "second" | "micro";

/** A part of the layout, and what it takes from the front of the text. */
interface Part {
  layout: string;
  takes: RegExp;
  /** What it is called where it is out of its range. */
  range?: { name: string; least: number; most: number };
}

const two = /^\d\d/;
const clock: Part[] = [
  { layout: "2006", takes: /^\d{4}/ },
  { layout: "-", takes: /^-/ },
  { layout: "01", takes: two, range: { name: "month", least: 1, most: 12 } },
  { layout: "-", takes: /^-/ },
  { layout: "02", takes: two },
  { layout: "T", takes: /^T/ },
  { layout: "15", takes: /^\d\d?/, range: { name: "hour", least: 0, most: 23 } },
  { layout: ":", takes: /^:/ },
  { layout: "04", takes: two, range: { name: "minute", least: 0, most: 59 } },
  { layout: ":", takes: /^:/ },
];
const seconds = { name: "second", least: 0, most: 59 };
const zone: Part = { layout: "Z07:00", takes: /^(?:Z|[-+]\d\d:\d\d)/ };
const layouts: Record<Precision, Part[]> = {
  // A fraction of the second is taken though the layout has none, and dropped.
  second: [...clock, { layout: "05", takes: /^\d\d(?:[.,]\d+)?/, range: seconds }, zone],
  micro: [
    ...clock,
    { layout: "05", takes: two, range: seconds },
    { layout: ".000000", takes: /^[.,]\d{6}/ },
    zone,
  ],
};

/**
 * The time as the server writes it, or null for the zero time, which is none.
 * Throws an `Error` in Go's words for a text that is no time.
 */
export function canonicalTime(text: string, precision: Precision): string | null {
  const parts = takeParts(text, precision);
  const instant = instantOf(text, parts);
  const micros = (parts.get(".000000") ?? "").slice(1);
  if (instant.getTime() === zeroTime && !/[1-9]/.test(micros)) return null;
  const year = String(instant.getUTCFullYear()).padStart(4, "0");
  const rest = instant.toISOString().slice(-20, -5);
  return `${year}${rest}${precision === "micro" ? `.${micros}` : ""}Z`;
}

const zeroTime = Date.parse("0001-01-01T00:00:00Z");

function fault(text: string, why: string): Error {
  return new Error(`parsing time ${goQuote(text)}${why}`);
}

function takeParts(text: string, precision: Precision): Map<string, string> {
  const parts = new Map<string, string>();
  let rest = text;
  for (const { layout, takes, range } of layouts[precision]) {
    const taken = takes.exec(rest)?.[0];
    if (taken === undefined) {
      const whole = layouts[precision].map((part) => part.layout).join("");
      throw fault(text, ` as "${whole}": cannot parse ${goQuote(rest)} as "${layout}"`);
    }
    const value = Number.parseInt(taken, 10);
    if (range !== undefined && (value < range.least || value > range.most))
      throw fault(text, `: ${range.name} out of range`);
    parts.set(layout, taken);
    rest = rest.slice(taken.length);
  }
  if (rest !== "") throw fault(text, `: extra text: ${goQuote(rest)}`);
  return parts;
}

function instantOf(text: string, parts: Map<string, string>): Date {
  const part = (layout: string): number => Number.parseInt(parts.get(layout) ?? "", 10);
  const instant = new Date(0);
  instant.setUTCFullYear(part("2006"), part("01") - 1, part("02"));
  if (instant.getUTCDate() !== part("02")) throw fault(text, ": day out of range");
  const [, sign, hours = "", minutes = ""] = /^([-+])(\d\d):(\d\d)$/.exec(parts.get("Z07:00") ?? "") ?? [];
  if (Number(hours) > 24) throw fault(text, ": time zone offset hour out of range");
  if (Number(minutes) > 60) throw fault(text, ": time zone offset minute out of range");
  const offset = (Number(hours) * 60 + Number(minutes)) * (sign === "-" ? -1 : 1);
  instant.setUTCHours(part("15"), part("04") - offset, part("05"));
  return instant;
}
