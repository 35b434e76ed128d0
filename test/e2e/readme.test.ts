/** The README's blocks, as a newcomer pastes them, and what it says of the project. */
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { exitStatuses } from "../../src/errors.js";
import { testCluster } from "../cluster/client.js";
import { run } from "../cluster/run.js";
import type { RunResult } from "../cluster/run.js";
import { binary, kapply } from "./kapply.js";
import { runPod } from "./pods.js";
import { podOfDeployment } from "./workload-pods.js";

const cluster = testCluster();
const root = path.resolve(import.meta.dirname, "../..");
const readme = readFileSync(path.join(root, "README.md"), "utf8");
const blocks = [...readme.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, text = ""]) => text);
const [first = "", ...others] = blocks.filter((block) => !block.includes("npm run check"));

let namespace = "";
let place = "";

beforeAll(async () => {
  namespace = await cluster.freshNamespace("readme");
  place = mkdtempSync(path.join(cluster.dir, "readme-"));
  for (const name of ["dist", "examples"]) symlinkSync(path.join(root, name), path.join(place, name));
  mkdirSync(path.join(place, "deploy"));
  cpSync(path.join(root, "examples/local-diff"), path.join(place, "deploy"), { recursive: true });
  mkdirSync(path.join(place, "bin"));
  writeFileSync(path.join(place, "bin/kapply"), `#!/bin/sh\nexec "${process.execPath}" "${binary}" "$@"\n`);
  chmodSync(path.join(place, "bin/kapply"), 0o755);
});

/** Pastes a block into a shell. The installation is what has been done to come this far. */
function paste(block: string): Promise<RunResult> {
  const kubeconfig = cluster.kubeconfigFor({ token: cluster.adminToken }, namespace);
  const env = { PATH: `${place}/bin:${process.env["PATH"] ?? ""}`, HOME: place, KUBECONFIG: kubeconfig };
  return run("/bin/sh", ["-c", block.replace("npm ci && npm run build", ":")], { env, cwd: place });
}

describe("the README", () => {
  test("its first block validates, shows what would change, and applies", async () => {
    const { stdout, status } = await paste(first);
    expect(status).toBe(0);
    expect(stdout).toContain("+++ examples/local-diff/web.yaml");
    expect(stdout.trimEnd().split("\n").slice(-3).sort()).toEqual([
      "configmap/web-settings created",
      "deployment.apps/web created",
      "service/web created",
    ]);
  });
  test("its other blocks run", async () => {
    expect(others.length).toBeGreaterThanOrEqual(2);
    for (const block of others)
      expect(await paste(block)).toMatchObject({
        status: 0,
        stderr: expect.not.stringContaining("error") as string,
      });
  });
  test("its script tells an edit from none, and ends with the status of a failure", async () => {
    const [script = ""] = others;
    const edited = readFileSync(path.join(place, "deploy/web.yaml"), "utf8").replace(
      "replicas: 2",
      "replicas: 3",
    );
    writeFileSync(path.join(place, "deploy/web.yaml"), edited);
    expect((await paste(script)).stdout).toContain("deployment.apps/web configured");
    expect((await paste(script)).stdout).toContain("nothing to do");
    writeFileSync(path.join(place, "deploy/broken.yaml"), "kind: ConfigMap\n");
    expect((await paste(script)).status).toBe(2);
  });
  test("its init container, saved as it stands, runs in all replicas at once with its Role alone", async () => {
    const [story = ""] = [
      ...readme.matchAll(/```yaml\n(apiVersion: v1\nkind: ServiceAccount[\s\S]*?)```/g),
    ].map(([, text = ""]) => text);
    const at = await cluster.freshNamespace("readme");
    const applied = await kapply(cluster, ["apply", "-n", at, "-f", "-"], { input: story });
    expect(applied, applied.stderr).toMatchObject({ status: 0 });
    const { name, spec } = await podOfDeployment(cluster, at, "web", 1);
    const runs = await Promise.all([1, 2, 3].map(() => runPod(cluster, at, spec, { name })));
    for (const { status, stderr } of runs) expect({ status, stderr }).toMatchObject({ status: 0 });
    expect(runs.map(({ stdout }) => stdout).sort()).toContain("configmap/web-settings created\n");
    expect(await cluster.get(`/api/v1/namespaces/${at}/configmaps/web-settings`)).toMatchObject({
      data: { greeting: "hello" },
    });
  });
  test("every script that it names is there", () => {
    const { scripts } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as {
      scripts: object;
    };
    const named = [...readme.matchAll(/npm run ([\w:]+)/g)].map(([, name = ""]) => name);
    expect(named.filter((name) => !Object.keys(scripts).includes(name))).toEqual([]);
  });
  test("its exit statuses are those of the errors", () => {
    const rows = [...readme.matchAll(/^\| ([\d, ]+) +\|/gm)].flatMap(([, cell = ""]) =>
      cell.split(",").map(Number),
    );
    expect(Object.values(exitStatuses).filter((status) => !rows.includes(status))).toEqual([]);
  });
});

test("docs/errors.md has a row for every code of an error", () => {
  const page = readFileSync(path.join(root, "docs/errors.md"), "utf8");
  const missing = Object.entries(exitStatuses).filter(
    ([code, status]) => !new RegExp(`\\| \`${code}\` +\\| [\\d, ]*${status}`).test(page),
  );
  expect(missing).toEqual([]);
});
