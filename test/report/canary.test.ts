/** Values of Secrets are planted wherever they may come from; no output, in no mode, has one in any spelling. */
import { describe, expect, test } from "vitest";
import { KapplyError } from "../../src/errors.js";
import type { Contest, KubeObject } from "../../src/model.js";
import { renderObjects, type Output, type Reporter } from "../../src/report/index.js";
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
  web,
} from "./fixtures.js";

const planted = { manifest: "c4nary in/manifest&1", live: "c4nary in/live=2", copy: "c4nary in/copy?3" };

const spellings = Object.values(planted).flatMap((value) => [
  value,
  base64(value),
  base64(value).replace(/=+$/, ""),
  encodeURIComponent(value),
  encodeURIComponent(base64(value)),
  new URLSearchParams({ v: value }).toString().slice(2),
]);

const manifest = objectOf(database, { stringData: { password: planted.manifest } });
const liveSecret: KubeObject = {
  ...objectOf(database, { data: { password: base64(planted.live) } }),
  metadata: {
    name: "database",
    annotations: {
      "kubectl.kubernetes.io/last-applied-configuration": JSON.stringify(
        objectOf(database, { data: { password: base64(planted.copy) } }),
      ),
    },
  },
};
const after = objectOf(database, { data: { password: base64(planted.manifest) } });

/** A server, or anything else, that says every value in every spelling. */
const echo = `Invalid value: ${spellings.map((value) => `"${value}"`).join(", ")}: no`;

async function tellEverything(reporter: Reporter): Promise<void> {
  reporter.knowSecrets([{ ref: database, body: manifest }]);
  const secret = outcome(database, "configured", {
    before: liveSecret,
    after,
    warnings: [echo],
    differences: [
      { path: "data.password", before: base64(planted.live), after: base64(planted.manifest) },
      { path: "data", before: { password: base64(planted.live) } },
      {
        path: "metadata.annotations",
        before: (liveSecret["metadata"] as { annotations: KubeObject }).annotations,
      },
    ],
  });
  const failed = outcome(web, "failed", {
    error: failure(echo, {
      hint: echo,
      causes: [
        { message: echo, path: "spec" },
        { message: "no", path: `items[${planted.live}]` },
      ],
    }),
    warnings: [echo],
  });
  const left = outcome({ ...web, name: "left" }, "not-attempted", { reason: echo });
  const copied = outcome({ ...web, name: "copied" }, "configured", {
    before: objectOf(web, { spec: { env: planted.live } }),
    after: objectOf(web, { spec: { env: planted.manifest } }),
    differences: [{ path: "spec.env", before: planted.live, after: planted.manifest }],
  });
  // A file with a value in it, in base64 that no spelling of the value alone is a part of.
  const file = (value: string): KubeObject =>
    objectOf(settings, { binaryData: { env: base64(`x=1\n${value}\ny=2\n`) } });
  const embedded = outcome(settings, "configured", {
    before: file(planted.live),
    after: file(planted.manifest),
  });
  const hand = { manager: "kubectl-edit", operation: "Update", apiVersion: "v1" } as const;
  const contest = (path: string, spell: (value: string) => string): Contest => ({
    path,
    owner: hand,
    live: spell(planted.live),
    wanted: spell(planted.manifest),
    place: at(3),
  });
  const contests = [contest("data.password", base64), contest("stringData.password", String)];
  const contested = outcome({ ...database, name: "contested" }, "failed", {
    error: failure("conflict", {
      code: "conflict",
      causes: contests.map((one) => ({ message: echo, path: one.path, place: at(3), contest: one })),
    }),
  });
  const yielding = outcome({ ...database, name: "yielding" }, "unchanged", { yielded: contests });
  const items = outcome({ ...web, name: "items" }, "configured", {
    before: objectOf(web),
    after: objectOf(web, { spec: { replicas: 1 } }),
    preview: "predicted",
    reason: echo,
    differences: [
      { path: `spec.items[${planted.live}]`, after: 1, origin: { by: "others", owners: [hand] } },
      { path: `spec.items[${planted.manifest}]`, after: 1, origin: { by: "unknown" } },
    ],
    yielded: [contest(`spec.items[${planted.live}]`, String)],
  });
  reporter.emit({ event: "outcome", outcome: secret }); // from here on the live values are known too
  reporter.problems([], [problem(echo, at(1), "", echo)]);
  reporter.emit({ event: "started", command: "apply", manifests: 2 });
  reporter.emit({ event: "connected", server: "https://10.0.0.1", foundBy: echo });
  reporter.emit({ event: "planning", objects: 2 });
  reporter.emit({ event: "retrying", what: echo, why: echo, attempt: 1, seconds: 1 });
  reporter.emit({ event: "retrying", what: echo, why: echo, attempt: 1, seconds: 1 });
  reporter.emit({ event: "warning", message: echo, ref: web });
  reporter.emit({ event: "outcome", outcome: failed });
  reporter.emit({ event: "waiting", what: echo, why: echo });
  await reporter.finish(
    resultOf([secret, failed, left, copied, embedded, contested, yielding, items], { exitStatus: 5 }),
  );
}

function leaks(text: string): string[] {
  return spellings.filter((value) => text.includes(value));
}

const outputs: Output[] = ["text", "json", "ndjson", "name", "yaml"];

describe.each(outputs)("-o %s", (output) => {
  test.each([true, false])("shows no planted value (diff: %s)", async (diff) => {
    const recorded = await record({ output, diff, dryRun: diff ? "server" : undefined });
    await tellEverything(recorded.reporter);
    expect(leaks(recorded.all())).toEqual([]);
    expect(recorded.stderr()).toContain("<secret, 20 bytes, #"); // the echo did come, masked
  });

  test("shows none when the run ends early, or on problems", async () => {
    const failing = await record({ output });
    failing.reporter.knowSecrets([
      { ref: database, body: manifest },
      { ref: database, body: liveSecret },
    ]);
    failing.reporter.fail(new KapplyError("unreachable", echo, { hint: echo, causes: [{ message: echo }] }));
    const broken = await record({ output });
    broken.reporter.knowSecrets([
      { ref: database, body: manifest },
      { ref: database, body: liveSecret },
    ]);
    broken.reporter.fail(new KapplyError("input", echo, { problems: [problem(echo, at(1), "data", echo)] }));
    for (const { all } of [failing, broken]) {
      expect(leaks(all())).toEqual([]);
      expect(all()).toContain("<secret, ");
    }
  });

  test("shows none for a defect of ours, whose stack is printed", async () => {
    const { reporter, all } = await record({ output });
    reporter.knowSecrets([
      { ref: database, body: manifest },
      { ref: database, body: liveSecret },
    ]);
    reporter.fail(new TypeError(echo));
    expect(leaks(all())).toEqual([]);
    expect(all()).toContain("please report it");
  });
});

test("a value that came only with a difference is known as well", async () => {
  const { reporter, all } = await record();
  const differences = [{ path: "data.password", before: base64(planted.live), after: base64(planted.copy) }];
  const error = failure(`Invalid value: "${planted.live}" "${planted.copy}"`);
  const one = outcome(database, "failed", { differences, error });
  await reporter.finish(resultOf([one]));
  expect(leaks(all())).toEqual([]);
});

test("the canary would be seen: with showSecrets it is", async () => {
  const { reporter, all } = await record({ showSecrets: true });
  await tellEverything(reporter);
  expect(leaks(all())).toEqual(spellings.filter((value, at) => spellings.indexOf(value) <= at));
});

describe.each(["json", "yaml"] as const)("renderObjects as %s", (output) => {
  const objects = [manifest, liveSecret, objectOf(web, { spec: { env: planted.manifest } })];

  test("masks values", () => {
    expect(leaks(renderObjects(objects, output))).toEqual([]);
    expect(leaks(renderObjects(objects.slice(0, 1), output))).toEqual([]);
  });

  test("shows them when asked to", () => {
    expect(renderObjects(objects, output, true)).toContain(base64(planted.live));
  });
});
