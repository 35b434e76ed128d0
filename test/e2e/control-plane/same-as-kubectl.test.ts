/** kapply makes of a manifest set what `kubectl apply --server-side` makes of it on a fresh control plane. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startControlPlane } from "../../cluster/control-plane.js";
import type { ControlPlane } from "../../cluster/control-plane.js";
import { testControlPlane } from "../../cluster/kubectl.js";
import { kapply } from "../kapply.js";
import { sets } from "../sets.js";

const cluster = testControlPlane();
let other: ControlPlane;

beforeAll(async () => {
  other = await startControlPlane();
});
afterAll(() => other.stop());

describe.each(sets)("the set $name", ({ file }) => {
  test("makes the same objects", async () => {
    const applied = await kapply(cluster, ["apply", "-R", "-f", file]);
    expect(applied.stderr).not.toContain("error");
    expect(applied.status).toBe(0);
    await applyByKubectl(file);
    expect(await objectsOf(cluster, file)).toEqual(await objectsOf(other, file));
  });
});

/** kubectl gives up on a custom resource whose CRD it has just created, and on a namespace still to come: run it until it is done. */
async function applyByKubectl(file: string): Promise<void> {
  const apply = (): ReturnType<ControlPlane["kubectl"]> =>
    other.kubectl(["apply", "--server-side", "-R", "-f", file]);
  await expect.poll(async () => (await apply()).status, { timeout: 60_000, interval: 1000 }).toBe(0);
}

interface Live {
  kind: string;
  metadata: Record<string, unknown>;
  spec?: Record<string, unknown>;
  status?: unknown;
}

async function objectsOf(at: Pick<ControlPlane, "kubectlJson">, file: string): Promise<Live[]> {
  const got = await at.kubectlJson<Live | { items: Live[] }>(["get", "-R", "-f", file]);
  return ("items" in got ? got.items : [got]).map(asApplied);
}

/** What is left of an object without what a server or a controller draws or counts for itself. */
function asApplied(object: Live): Live {
  const { kind, metadata, spec } = object;
  for (const field of ["uid", "resourceVersion", "creationTimestamp", "generation", "managedFields"])
    Reflect.deleteProperty(metadata, field);
  const annotations = (metadata["annotations"] ?? {}) as Record<string, unknown>;
  delete annotations["deployment.kubernetes.io/revision"];
  if (Object.keys(annotations).length === 0) delete metadata["annotations"];
  delete object.status;
  if (kind === "Service" && spec !== undefined && spec["clusterIP"] !== "None") {
    delete spec["clusterIP"];
    delete spec["clusterIPs"];
    delete spec["healthCheckNodePort"];
    for (const port of spec["ports"] as Record<string, unknown>[]) delete port["nodePort"];
  }
  if (kind === "Namespace") delete metadata["finalizers"];
  return kind === "Job" ? withoutGeneratedLabels(object) : object;
}

/** A Job's selector and labels carry its uid. */
function withoutGeneratedLabels(job: Live): Live {
  const text = JSON.stringify(job, (key, value: unknown) =>
    key === "controller-uid" || key === "batch.kubernetes.io/controller-uid" ? undefined : value,
  );
  return JSON.parse(text) as Live;
}
