/** The log: a line for each request, and two for each watch. */
import { stringifyJson } from "../../json.js";

export interface LogLine {
  /** When the request came, RFC 3339 in UTC with milliseconds. */
  time: string;
  /** Watches have a line when they begin and one when they end. */
  event?: "start" | "end" | undefined;
  /** Empty where what came was no request. */
  method: string;
  /** As it was sent, with the query. */
  path: string;
  /** The verb as RBAC names it, for requests for resources. */
  verb?: string | undefined;
  /** Empty where nobody was authenticated. */
  user: string;
  /** 0 where no answer was begun. */
  status: number;
  milliseconds: number;
  /** Of the body, before any encoding of the transfer. */
  bytes: number;
  /** What was done wrong on purpose: `429`, `slow=2s reset`. */
  fault?: string | undefined;
  /** What went wrong by itself. */
  error?: string | undefined;
}

/** For people: `PATCH /api/v1/... 201 3ms alice`. One line whatever was sent; without a line break at its end. */
export function formatLine(line: LogLine): string {
  const { method, path, status, milliseconds, user, event, fault, error } = line;
  const words = [
    method === "" ? "-" : method,
    path === "" ? "-" : path.length > 400 ? `${path.slice(0, 400)}...` : path,
    status === 0 ? "-" : String(status),
    event === "start" ? "watching" : `${Math.round(milliseconds)}ms`,
    user === "" ? "-" : user,
    ...(event === "end" ? ["(watch ended)"] : []),
    ...(fault === undefined ? [] : [`(fault: ${fault})`]),
    ...(error === undefined ? [] : [`(${error})`]),
  ];
  return words.join(" ").replace(unsafe, escaped);
}

/** For programs: one JSON object, without a line break at its end. */
export function formatJsonLine(line: LogLine): string {
  return stringifyJson({ ...line, milliseconds: Math.round(line.milliseconds * 10) / 10 }).replace(
    unsafe,
    escaped,
  );
}

// What would steer a terminal: control and format characters, lone surrogates, line breaks.
const unsafe = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

function escaped(characters: string): string {
  return characters.replace(/[^]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
