/** kapply against a server that misbehaves on purpose: `kapply sandbox --fault`. */
import { afterEach, describe, expect, test } from "vitest";
import { isWrite } from "../cluster/audit.js";
import { startSandbox, type Sandbox } from "../cluster/sandbox.js";
import { configMap, folder, kapply } from "./kapply.js";

let sandbox: Sandbox | undefined;
afterEach(() => sandbox?.stop());

/** Starts a sandbox with these faults, and applies forty ConfigMaps to it. */
async function applyWith(faults: string[], flags: string[] = []) {
  sandbox = await startSandbox(faults.flatMap((spec) => ["--fault", spec]));
  const names = Array.from({ length: 40 }, (_, at) => `cm-${at}`);
  const files = Object.fromEntries(names.map((name) => [`${name}.yaml`, configMap(name, { name })]));
  const dir = folder(sandbox, files);
  const result = await kapply(sandbox, ["apply", "-f", dir, "-n", "default", ...flags]);
  const again = await kapply(sandbox, ["apply", "-f", dir, "-n", "default", ...flags]);
  return { ...result, again, sandbox };
}

const configMaps = "path=/api/v1/namespaces/default/configmaps*";

describe("a set is applied, once and whole, though the server", () => {
  test.each([
    ["tells every third request to come back", "429,retry-after=1,every=3,first=6"],
    ["is busy without saying for how long", "429,verb=patch,every=7,first=4"],
    ["is not available at first", "503,first=2"],
    ["is behind a proxy that has no answer", "502,body=html,every=6,first=4"],
    ["resets connections before anything is done", "reset,verb=patch,every=8,first=4"],
    ["does what was asked and loses the answer", "reset-after,verb=patch,every=8,first=4"],
    ["cuts its answers in the middle", `truncate,${configMaps},every=9,first=4`],
    ["takes its time", "slow=300ms,every=10"],
  ])("%s", async (_, fault) => {
    const { status, stderr, again } = await applyWith([fault]);
    expect({ status, stderr }).toMatchObject({ status: 0 });
    expect(stderr).toMatch(/40 objects: (40 created|\d+ created, \d+ configured)/);
    expect(again).toMatchObject({ status: 0 });
    expect(again.stderr).toContain("40 objects: 40 unchanged");
  });
});

describe("what can't be helped is told", () => {
  test("a server that is never there for writes: which request, what it said, status 6", async () => {
    const { status, stderr } = await applyWith(["503,verb=patch"], ["--timeout", "3s"]);
    expect(status).toBe(6);
    expect(stderr).toContain("503");
    expect(stderr).toMatch(/40 objects: .*(failed|not attempted)/);
  });

  test("a token that expires in the middle: status 3", async () => {
    const { status, stderr } = await applyWith(["expired-token,verb=patch,after=10"]);
    expect(status).toBe(3);
    expect(stderr).toContain("401");
  });
});

test("a write whose answer was lost is sent again, and does no harm", async () => {
  const { status, sandbox: server } = await applyWith(["reset-after,verb=patch,first=1"]);
  expect(status).toBe(0);
  const writes = (await server.readAudit()).filter(
    (event) => isWrite(event) && !event.requestURI.includes("dryRun"),
  );
  expect(writes.length).toBeGreaterThanOrEqual(41);
});
