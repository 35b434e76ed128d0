/** `-o ndjson`: every line is what docs/events.schema.json says, and they tell a run in its order. */
import { readFileSync } from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { KapplyError } from "../../src/errors.js";
import type { Action, Event, Outcome } from "../../src/model.js";
import { createEvents } from "../../src/report/events.js";
import { createSecrets } from "../../src/report/secrets.js";
import {
  at,
  base64,
  database,
  failure,
  objectOf,
  outcome,
  problem,
  record,
  resultOf,
  settings,
  shop,
  web,
} from "./fixtures.js";
import { eventNames, eventsOf, faultsOf, schema } from "./schema.js";
import * as story from "./stories.js";

const planOnly = { output: "ndjson", command: "diff", diff: true } as const;

/** `diff` may plan an object with its whole outcome. */
const plans = (one: Outcome): Event => ({ event: "planned", ref: one.ref, action: one.action, outcome: one });

/** A line for each kind of event, and for each part of the schema. */
async function everyKind(): Promise<ReturnType<typeof eventsOf>> {
  const { reporter, stdout } = await record({ output: "ndjson" });
  const emit = (event: Event): void => reporter.emit(event);
  reporter.knowSecrets([{ ref: web, body: objectOf(web), place: at(12) }]);
  emit({ event: "started", command: "apply", manifests: 2 });
  emit({ event: "connected", server: "https://10.0.0.1:443", foundBy: "in-pod service account" });
  emit({ event: "planning", objects: 2 });
  emit(plans(outcome(web, "configured")));
  emit({ event: "applying", objects: 2 });
  emit({ event: "retrying", ref: web, what: "deployment.apps/web", why: "429", attempt: 2, seconds: 0.5 });
  emit({ event: "warning", ref: web, message: "deprecated" });
  emit({ event: "outcome", outcome: outcome(web, "configured", { place: at(12) }) });
  emit({ event: "waiting", ref: web, what: "deployment.apps/web", why: "0 of 1 replicas are available" });
  emit({ event: "ready", ref: web, milliseconds: 1500.4 });
  await reporter.finish(
    resultOf([outcome(web, "configured"), outcome(settings, "failed", { error: failure("no") })]),
  );
  return eventsOf(stdout());
}

describe("the schema", () => {
  const stories = Object.entries(story as Record<string, story.Story>);
  test.each(stories)("is kept by the story %s, applied and only planned", async (_name, tell) => {
    for (const options of [{ output: "ndjson" }, planOnly] as const) {
      const recorded = await record(options);
      await tell(recorded.reporter);
      if (recorded.stdout() !== "") eventsOf(recorded.stdout());
    }
  });

  test("has every event, and no key that no event has a use for", async () => {
    const events = await everyKind();
    expect([...new Set(events.map(({ event }) => event))].sort()).toEqual([...eventNames].sort());
  });

  test("forbids keys that it does not know, and wants those that are promised", async () => {
    for (const event of await everyKind()) {
      expect(faultsOf({ ...event, more: 1 })).toHaveLength(1);
      if (event["object"] !== undefined)
        expect(faultsOf({ ...event, object: { ...(event["object"] as object), uid: "1" } })).toHaveLength(1);
      for (const key of schema.$defs[event.event]?.required ?? [])
        expect(faultsOf({ ...event, [key]: undefined }), `${event.event} without ${key}`).toHaveLength(1);
    }
  });

  test("is what docs/events.md shows and explains", () => {
    const text = readFileSync(path.resolve(import.meta.dirname, "../../docs/events.md"), "utf8");
    const blocks = [...text.matchAll(/^```json\n(.*?)^```$/gms)].map(([, block = ""]) => block);
    const lines = blocks.join("").trimEnd().split("\n");
    expect(lines.flatMap((line) => faultsOf(JSON.parse(line)))).toEqual([]);
    expect(new Set(lines.map((line) => (JSON.parse(line) as { event: string }).event))).toEqual(
      new Set(eventNames),
    );
    for (const name of eventNames) {
      const row = text.split("\n").find((line) => line.startsWith(`| \`${name}\``)) ?? "";
      const keys = Object.keys(schema.$defs[name]?.properties ?? {}).filter(
        (key) => !/^(time|event)$/.test(key),
      );
      for (const key of keys) expect(row, `${name}: ${key}`).toContain(`\`${key}\``);
    }
  });
});

describe("a run that applies", () => {
  test("tells each object as it is planned, then what became of it, with its place, and ends", async () => {
    const events = await everyKind();
    const told = events.map(({ event, object, source, action }) => {
      const { name } = (object ?? {}) as { name?: string };
      return [event, name, source as string | undefined, action as string | undefined]
        .filter((part) => part !== undefined)
        .join(" ");
    });
    expect(told).toEqual([
      "started",
      "connected",
      "planned web web.yaml:12:1 configured",
      "retrying web web.yaml:12:1",
      "warning web web.yaml:12:1",
      "applied web web.yaml:12:1 configured",
      "waiting web web.yaml:12:1",
      "ready web web.yaml:12:1",
      "failed settings web.yaml:1:1 failed",
      "finished",
    ]);
    expect(events[5]).toMatchObject({
      time: "2026-11-22T12:12:30.000Z",
      requests: 1,
      milliseconds: 12,
      changes: [],
    });
    expect(events[7]).toMatchObject({ milliseconds: 1500 });
    expect(events[8]).toMatchObject({ reason: "no", error: { code: "rejected" } });
  });

  test("says failed of what is not done, or not known to be", async () => {
    const { reporter, stdout } = await record({ output: "ndjson" });
    const actions: Action[] = [
      "created",
      "configured",
      "unchanged",
      "deleted",
      "skipped",
      "unknown",
      "not-attempted",
    ];
    const outcomes = actions.map((action) =>
      outcome({ ...web, name: action }, action, { reason: `why ${action}` }),
    );
    await reporter.finish(resultOf(outcomes));
    expect(eventsOf(stdout()).map(({ event, action, reason }) => [event, action, reason])).toEqual([
      ["applied", "created", "why created"],
      ["applied", "configured", "why configured"],
      ["applied", "unchanged", "why unchanged"],
      ["applied", "deleted", "why deleted"],
      ["applied", "skipped", "why skipped"],
      ["failed", "unknown", "why unknown"],
      ["failed", "not-attempted", "why not-attempted"],
      ["finished", undefined, undefined],
    ]);
  });

  test("tells an end once, and another end again", async () => {
    const { reporter, stdout } = await record({ output: "ndjson" });
    const applied = outcome(web, "created");
    reporter.emit({ event: "outcome", outcome: applied });
    const late = outcome(web, "created", { error: failure("not ready in time", { code: "not-ready" }) });
    await reporter.finish(resultOf([late, outcome(shop, "unchanged")]));
    expect(eventsOf(stdout()).map(({ event, action }) => [event, action])).toEqual([
      ["applied", "created"],
      ["failed", "created"],
      ["applied", "unchanged"],
      ["finished", undefined],
    ]);
  });

  test("does not plan what could not be planned", async () => {
    const { reporter, stdout } = await record({ output: "ndjson" });
    reporter.emit({ event: "planned", ref: web, action: "failed" });
    await reporter.finish(resultOf([outcome(web, "failed", { error: failure("403") })]));
    expect(eventsOf(stdout()).map(({ event }) => event)).toEqual(["failed", "finished"]);
  });
});

describe("a run that only plans", () => {
  const differences = [{ path: "spec.replicas", before: 1, after: 2 }];
  const planned = outcome(web, "configured", { differences, drift: "manifest", preview: "server" });

  test("has the whole of it in one line per object, as soon as it is known", async () => {
    const { reporter, stdout } = await record(planOnly);
    reporter.emit(plans(planned));
    expect(JSON.parse(stdout())).toMatchObject({ event: "planned", changes: differences, drift: "manifest" });
    await reporter.finish(resultOf([planned], { command: "diff", exitStatus: 1 }));
    expect(eventsOf(stdout()).map(({ event }) => event)).toEqual(["planned", "finished"]);
  });

  test("has it at the end where it was not told before", async () => {
    const { reporter, stdout } = await record(planOnly);
    reporter.emit({ event: "planned", ref: web, action: "configured" });
    const unknown = outcome(settings, "unknown", { reason: "a webhook does not support dry run" });
    const failed = outcome(shop, "failed", { error: failure("no") });
    await reporter.finish(resultOf([planned, unknown, failed], { command: "diff", exitStatus: 1 }));
    expect(eventsOf(stdout()).map(({ event, action }) => [event, action])).toEqual([
      ["planned", "configured"],
      ["planned", "unknown"],
      ["failed", "failed"],
      ["finished", undefined],
    ]);
  });
});

describe("a run that only waits", () => {
  test("tells what is ready once, whether there was an event of it or not, and what failed", async () => {
    const { reporter, stdout } = await record({ output: "ndjson", command: "wait" });
    reporter.emit({ event: "waiting", what: "deployment.apps/web", why: "0 of 1 replicas", ref: web });
    reporter.emit({ event: "ready", ref: web, milliseconds: 900 });
    const late = outcome(shop, "failed", { error: failure("not ready in time", { code: "not-ready" }) });
    await reporter.finish(
      resultOf([outcome(web, "unchanged"), outcome(settings, "unchanged"), late], { command: "wait" }),
    );
    const told = eventsOf(stdout()).map(({ event, milliseconds }) => [event, milliseconds]);
    expect(told).toEqual([
      ["waiting", undefined],
      ["ready", 900],
      ["ready", 12],
      ["failed", 12],
      ["finished", 1234],
    ]);
  });
});

describe("a run without a result", () => {
  test("tells the error, and that it is over", async () => {
    const { reporter, stdout } = await record({ output: "ndjson" });
    reporter.emit({ event: "outcome", outcome: outcome(web, "created") });
    reporter.fail(
      new KapplyError("unreachable", "no answer", { hint: "is it up?", ref: settings, place: at(3) }),
    );
    const [, failed, finished] = eventsOf(stdout());
    expect(failed).toMatchObject({
      event: "failed",
      object: { kind: "ConfigMap", name: "settings" },
      source: "web.yaml:3:1",
      reason: "no answer",
      error: { code: "unreachable", hint: "is it up?", causes: [] },
    });
    expect(finished).toMatchObject({ command: "apply", summary: { created: 1 }, exitStatus: 6 });
  });

  test("tells each problem, with warnings before them as soon as they are known", async () => {
    const { reporter, stdout } = await record({ output: "ndjson" });
    reporter.problems([], [problem("nobody knows this kind", at(1))]);
    expect(stdout()).toContain('"event":"warning"');
    reporter.problems([problem("unknown field", at(2, 3), "spec.replica", "did you mean replicas?")], []);
    expect(eventsOf(stdout())).toMatchObject([
      { event: "warning", message: "nobody knows this kind", source: "web.yaml:1:1" },
      {
        event: "failed",
        source: "web.yaml:2:3",
        path: "spec.replica",
        reason: "unknown field",
        error: { code: "wrong-type", hint: "did you mean replicas?" },
      },
      { event: "finished", exitStatus: 2 },
    ]);
  });
});

describe("any event", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom("\u0000\n\r\u001b[2J", "\u202e\u2028", "\ud800", '"}\n{"'),
  );
  const ref = fc
    .record({ apiVersion: text, kind: text, name: text })
    .chain((one) => fc.option(text, { nil: undefined }).map((namespace) => ({ ...one, namespace })));
  const action = fc.constantFrom<Action>(
    "created",
    "unchanged",
    "failed",
    "unknown",
    "skipped",
    "not-attempted",
  );
  const anyOutcome: fc.Arbitrary<Outcome> = fc
    .record({
      ref,
      action,
      reason: fc.option(text, { nil: undefined }),
      warnings: fc.array(text),
      value: fc.jsonValue(),
    })
    .map(({ value, ...rest }) => ({
      ...outcome(rest.ref, rest.action, { differences: [{ path: "a", after: value as string }] }),
      ...rest,
      ...(rest.action === "failed" ? { error: failure(rest.reason ?? "no") } : {}),
    }));
  const anyEvent: fc.Arbitrary<Event> = fc.oneof(
    anyOutcome.map((one): Event => ({ event: "outcome", outcome: one })),
    anyOutcome.map(plans),
    fc.record({ what: text, why: text, ref }).map((one): Event => ({ event: "waiting", ...one })),
    fc.record({ message: text, ref }).map((one): Event => ({ event: "warning", ...one })),
  );

  const anyEnd = fc.constantFrom("planned" as const, "applied" as const, "ready" as const);

  test("is one line of JSON, whatever stands in it, and what the schema says", () => {
    const now = (): Date => new Date(0);
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 5 }), anyEnd, (told, done) => {
        const secrets = createSecrets(false);
        const events = createEvents({
          command: "apply",
          done,
          secrets,
          placeOf: () => undefined,
          now,
        });
        const lines =
          told.map((one) => events.event(one)).join("") + events.end({ is: "result", result: resultOf([]) });
        expect(lines).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e\u2028]/);
        expect(eventsOf(lines).length).toBeGreaterThan(0);
      }),
      { numRuns: 50 },
    );
  });

  test("shows no value of a Secret, live ones of a plan included", async () => {
    const { reporter, stdout } = await record(planOnly);
    const before = objectOf(database, { data: { password: base64("c4nary-live") } });
    const one = outcome(database, "configured", { before, reason: "was c4nary-live, c4nary-live" });
    reporter.emit(plans(one));
    reporter.emit({ event: "warning", message: "Invalid: c4nary-live" });
    expect(stdout()).not.toContain("c4nary");
    expect(stdout().match(/<secret, 11 bytes/g)).toHaveLength(3);
  });
});
