/** Whole sets of manifests by the real kubectl: the sandbox makes of them the objects that a real API server makes. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { getPath, isObject, type Json, type JsonObject } from "../../../src/json.js";
import type { KubectlCluster } from "../../cluster/kubectl.js";
import { sets } from "../sets.js";
import { startPair, type Pair } from "./pair.js";

let pair: Pair;
beforeAll(async () => {
  pair = await startPair();
});
afterAll(() => pair.stop());

/**
 * What each server sets for itself, and is therefore not the same on two of them: whose objects, where, and why. A `*`
 * stands for any key or index. Only values are left out: that they are there is compared.
 */
const setByServers: readonly { kind: string; path: string; why: string }[] = [
  { kind: "*", path: "metadata.uid", why: "drawn at random" },
  { kind: "*", path: "metadata.resourceVersion", why: "counts the writes of a server" },
  { kind: "*", path: "metadata.creationTimestamp", why: "the time" },
  { kind: "*", path: "metadata.managedFields.*.time", why: "the time" },
  { kind: "Service", path: "spec.clusterIP", why: "drawn from the range of the server" },
  { kind: "Service", path: "spec.clusterIPs.*", why: "drawn from the range of the server" },
  { kind: "Service", path: "spec.ports.*.nodePort", why: "drawn from the range of the server" },
  { kind: "Service", path: "spec.healthCheckNodePort", why: "drawn from the range of the server" },
  { kind: "Job", path: "metadata.labels.controller-uid", why: "the Job's uid" },
  { kind: "Job", path: "metadata.labels.batch.kubernetes.io/controller-uid", why: "the Job's uid" },
  { kind: "Job", path: "spec.selector.matchLabels.batch.kubernetes.io/controller-uid", why: "the Job's uid" },
  { kind: "Job", path: "spec.template.metadata.labels.controller-uid", why: "the Job's uid" },
  {
    kind: "Job",
    path: "spec.template.metadata.labels.batch.kubernetes.io/controller-uid",
    why: "the Job's uid",
  },
  { kind: "Pod", path: "spec.volumes.*.name", why: "that of the token ends in random letters" },
  {
    kind: "Pod",
    path: "spec.containers.*.volumeMounts.*.name",
    why: "that of the token ends in random letters",
  },
  {
    kind: "Pod",
    path: "spec.initContainers.*.volumeMounts.*.name",
    why: "that of the token ends in random letters",
  },
  { kind: "CustomResourceDefinition", path: "status.conditions.*.lastTransitionTime", why: "the time" },
];

describe.each(sets)("the set $name", ({ file }) => {
  test("becomes the same objects", async () => {
    const [real, sandbox] = await Promise.all([applied(pair.real, file), applied(pair.sandbox, file)]);
    expect(real.length).toBeGreaterThan(0);
    expect(sandbox).toEqual(real);
  });
});

/** Applies the set and gives its objects, in the order of the set, without what servers set. */
async function applied(cluster: KubectlCluster, file: string): Promise<Json[]> {
  // kubectl gives up on what its own set is still to make known or ready: it is run until it is done.
  const apply = async (): Promise<string> => {
    const { status, stderr } = await cluster.kubectl(["apply", "--server-side", "-R", "-f", file]);
    return status === 0 ? "" : `${cluster.target}: ${stderr}`;
  };
  await expect.poll(apply, { timeout: 30_000, interval: 1000 }).toBe("");
  await expect.poll(() => settled(cluster, file), { timeout: 30_000 }).toBe(true);
  return (await objects(cluster, file)).map(withoutServers);
}

async function objects(cluster: KubectlCluster, file: string): Promise<JsonObject[]> {
  const got = await cluster.kubectlJson<JsonObject>(["get", "--show-managed-fields", "-R", "-f", file]);
  return Array.isArray(got["items"]) ? (got["items"] as JsonObject[]) : [got];
}

/** Whether every CRD of the set is established: the API server says so some time later. */
async function settled(cluster: KubectlCluster, file: string): Promise<boolean> {
  const definitions = (await objects(cluster, file)).filter(
    ({ kind }) => kind === "CustomResourceDefinition",
  );
  return definitions.every((definition) => {
    const conditions = JSON.stringify(getPath(definition, ["status", "conditions"]) ?? []);
    const isApproved =
      getPath(definition, ["metadata", "annotations", "api-approved.kubernetes.io"]) !== undefined;
    const awaited = isApproved ? ["Established", "KubernetesAPIApprovalPolicyConformant"] : ["Established"];
    return awaited.every((type) => conditions.includes(`"${type}"`));
  });
}

function withoutServers(object: JsonObject): JsonObject {
  for (const { kind, path } of setByServers) {
    if (kind === "*" || kind === object["kind"]) blank(object, path);
  }
  if (object["kind"] === "CustomResourceDefinition") sortConditions(object);
  return object;
}

/** Three controllers write the conditions of a CRD, each when it comes to it. */
function sortConditions(definition: JsonObject): void {
  const conditions = getPath(definition, ["status", "conditions"]);
  if (Array.isArray(conditions)) conditions.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

/** Puts a word for the value at each place that the path names. Keys may hold dots: the longest that fits is meant. */
function blank(value: Json | undefined, path: string): void {
  if (Array.isArray(value) && path.startsWith("*")) {
    for (const at of value.keys()) {
      if (path === "*") value[at] = "<set by the server>";
      else blank(value[at], path.slice(2));
    }
  } else if (isObject(value)) {
    for (const key of Object.keys(value)) {
      if (path === key) value[key] = "<set by the server>";
      else if (path.startsWith(`${key}.`)) blank(value[key], path.slice(key.length + 1));
    }
  }
}
