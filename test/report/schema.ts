/** docs/events.schema.json, and lines of `-o ndjson` held to it. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect } from "vitest";

type Line = Record<string, unknown> & { event: string };

interface EventSchema {
  oneOf: { $ref: string }[];
  $defs: Record<string, { description?: string; properties?: Record<string, unknown>; required?: string[] }>;
}

const file = path.resolve(import.meta.dirname, "../../docs/events.schema.json");
export const schema = JSON.parse(readFileSync(file, "utf8")) as EventSchema;

/** What events there are, as the schema has it. */
export const eventNames = schema.oneOf.map(({ $ref }) => $ref.replace("#/$defs/", ""));

const ajv = new Ajv2020({ allErrors: true, strict: true });
ajv.addSchema(schema, "events");

/** What is wrong with a line. */
export function faultsOf(line: unknown): string[] {
  const { event = "" } = line as Partial<Line>;
  if (!eventNames.includes(event)) return [`no event "${event}"`];
  // The schema of the event itself tells more than a `oneOf` of all.
  const whole = ajv.getSchema("events");
  const one = ajv.getSchema(`events#/$defs/${event}`);
  if (whole?.(line) === true) return [];
  void one?.(line);
  return [ajv.errorsText(one?.errors ?? whole?.errors)];
}

/** The lines of an output, each of which is JSON, on one line, and what the schema says; `finished` is the last, once. */
export function eventsOf(stdout: string): Line[] {
  expect(stdout.endsWith("\n")).toBe(true);
  const lines = stdout.slice(0, -1).split("\n");
  const events = lines.map((line) => JSON.parse(line) as Line);
  expect(
    events.flatMap((event) => faultsOf(event).map((fault) => `${JSON.stringify(event)}: ${fault}`)),
  ).toEqual([]);
  expect(events.map(({ event }) => event).indexOf("finished")).toBe(events.length - 1);
  return events;
}
