/**
 * Random sequences of creates, applies, updates, patches and deletes by several managers, sent to the sandbox and to a
 * real API server: status, refusal, object and managed fields must be the same after each step. A failure prints the
 * shortest sequence found, and KAPPLY_SEED to see it again; KAPPLY_SEQUENCES sets how many are tried of each kind.
 */
import { randomInt } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startControlPlane, type ControlPlane } from "../../cluster/control-plane.js";
import { startSandbox, type Sandbox } from "../../cluster/sandbox.js";
import { builtIn } from "../differential/built-in.js";
import { customKinds } from "../differential/custom.js";
import { search, type SearchOptions } from "../differential/search.js";
import { define, openSide, type Side } from "../differential/side.js";

// A check of a change is to tell of that change: it draws the same sequences each time, a person's run always others.
const drawn = (process.env["CI"] ?? "") === "" ? randomInt(2 ** 31) : 36;

const [seed = "", ...rest] = (process.env["KAPPLY_SEED"] ?? "").split(":");
const options: SearchOptions = {
  seed: seed === "" ? drawn : Number(seed),
  path: rest.join(":"),
  sequences: Number(process.env["KAPPLY_SEQUENCES"] ?? 60),
  seconds: 100,
};

let controlPlane: ControlPlane;
let sandbox: Sandbox;
let sides: [Side, Side];
let steps = 0;
const messages = new Map<string, number>();

beforeAll(async () => {
  // Without controllers nothing changes an object but the requests sent here.
  [controlPlane, sandbox] = await Promise.all([startControlPlane({ controllers: [] }), startSandbox()]);
  sides = [
    await openSide("real", controlPlane, "sequences"),
    await openSide("sandbox", sandbox, "sequences"),
  ];
  for (const side of sides) {
    for (const { definition } of customKinds) if (definition !== undefined) await define(side, definition);
  }
});
afterAll(async () => {
  console.log(summary());
  for (const side of sides) await side.close();
  await sandbox.stop();
  await controlPlane.stop();
});

/** How much was tried, and which messages of refusals are worded differently: worth a look, and no failure. */
function summary(): string {
  const pairs = [...messages].sort(([, a], [, b]) => b - a);
  const total = pairs.reduce((sum, [, times]) => sum + times, 0);
  const shown = pairs.slice(0, 10).map(([pair, times]) => `  ${times} x ${pair}`);
  const first = `${steps} steps, seed ${options.seed}; ${total} messages of refusals differ in wording`;
  return [first, ...shown].join("\n");
}

describe.concurrent("the sandbox answers as a real API server does", () => {
  test.each([...builtIn, ...customKinds])("$title", { timeout: 300_000 }, async (subject) => {
    const found = await search(subject, sides, options);
    steps += found.steps;
    for (const pair of found.messages) messages.set(pair, (messages.get(pair) ?? 0) + 1);
    if (found.told !== undefined) expect.fail(found.told);
  });
});

test("a side that forgets a manager is found out, by a sequence of few steps", async () => {
  const real = await openSide("real", controlPlane, "whole");
  const other = await openSide("forgetful", controlPlane, "forgetful");
  const forgetful: Side = {
    ...other,
    send: async (call) => {
      const answer = await other.send(call);
      const metadata = answer.body["metadata"] as { managedFields?: unknown[] } | undefined;
      if (call.contentType === "application/apply-patch+yaml" && answer.status === 200)
        metadata?.managedFields?.pop();
      return answer;
    },
  };
  const [configMap] = builtIn;
  if (configMap === undefined) throw new Error("there are no kinds");
  const { told = "" } = await search(configMap, [real, forgetful], { ...options, path: undefined });
  expect(told).toContain("metadata / managedFields");
  expect(told.match(/^ {2}\d+\. /gm)?.length).toBeLessThanOrEqual(3);
  for (const side of [real, other]) await side.close();
});
