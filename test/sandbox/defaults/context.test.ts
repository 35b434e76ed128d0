/** What depends on more than the object: what else is held, what is taken, whose image it is. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { getPath, type JsonObject } from "../../../src/json.js";
import type { KubeObject } from "../../../src/model.js";
import { codeDefaults, rows } from "../../../src/schema/defaults/index.js";
import { pullPolicyOf } from "../../../src/schema/defaults/images.js";
import type { DefaultsContext } from "../../../src/sandbox/defaults/context.js";
import { created, updated } from "./server.js";

const pod: JsonObject = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "a" },
  spec: { containers: [{ name: "a", image: "a" }] },
};

function service(name: string, spec: JsonObject): JsonObject {
  const ports = [{ name: "a", port: 80 }];
  return { apiVersion: "v1", kind: "Service", metadata: { name }, spec: { ports, ...spec } };
}

/** Holdings of one collection. */
function holding(collection: string, ...objects: KubeObject[]): Partial<DefaultsContext> {
  const list = (asked: string) => (asked === collection ? objects : []);
  const get = (asked: string, _namespace: string, name: string) =>
    list(asked).find((object) => getPath(object, ["metadata", "name"]) === name);
  return { holdings: { get, list } };
}

test("every row of the tables is of a field that the bundled schemas have", () => {
  for (const definition of Object.keys(rows)) expect(codeDefaults(definition, {})).toBeTypeOf("object");
});

test("an object that lacks nothing is given back as it is", () => {
  const object = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" }, data: { a: "b" } };
  expect(codeDefaults("io.k8s.api.core.v1.ConfigMap", object)).toBe(object);
});

describe("the image decides how it is pulled", () => {
  test.each([
    ["nginx", "Always"],
    ["nginx:latest", "Always"],
    ["localhost:5000/nginx", "Always"],
    ["nginx:1.2", "IfNotPresent"],
    [`nginx@sha256:${"0".repeat(64)}`, "IfNotPresent"],
    [`nginx:latest@sha256:${"0".repeat(64)}`, "Always"],
    ["Not An Image", "IfNotPresent"],
    ["", "IfNotPresent"],
  ])("%s: %s", (image, policy) => expect(pullPolicyOf(image)).toBe(policy));
});

describe("a Pod takes over what its service account says", () => {
  const account = { metadata: { name: "default" }, imagePullSecrets: [{ name: "secret" }] };

  test("its pull secrets", () => {
    const made = created(pod, holding("serviceaccounts", account));
    expect(getPath(made, ["spec", "imagePullSecrets"])).toEqual([{ name: "secret" }]);
  });

  test("that no token is mounted", () => {
    const made = created(
      pod,
      holding("serviceaccounts", { ...account, automountServiceAccountToken: false }),
    );
    expect(getPath(made, ["spec", "volumes"])).toBeUndefined();
  });
});

test("a Pod that names no priority has that of the class for all", () => {
  const priority = { metadata: { name: "usual" }, globalDefault: true, value: 7, preemptionPolicy: "Never" };
  const made = created(pod, holding("priorityclasses.scheduling.k8s.io", priority));
  expect(made["spec"]).toMatchObject({ priority: 7, priorityClassName: "usual", preemptionPolicy: "Never" });
});

test("a claim that names no class has the newest of the default ones", () => {
  const annotations = { "storageclass.kubernetes.io/is-default-class": "true" };
  const classOf = (name: string, creationTimestamp: string) => ({
    metadata: { name, creationTimestamp, annotations },
  });
  const older = classOf("older", "2024-01-01T00:00:00Z");
  const newer = classOf("newer", "2024-01-02T00:00:00Z");
  const claim = { apiVersion: "v1", kind: "PersistentVolumeClaim", metadata: { name: "a" }, spec: {} };
  const made = created(claim, holding("storageclasses.storage.k8s.io", older, newer));
  expect(getPath(made, ["spec", "storageClassName"])).toBe("newer");
});

describe("Services get addresses and ports that nobody has", () => {
  test("for every UID, and whatever is taken", () => {
    fc.assert(
      fc.property(fc.uuid(), fc.array(fc.uuid(), { maxLength: 20 }), (uid, others) => {
        const takenIPs = new Set<string>();
        const takenPorts = new Set<number>();
        const taken = { takenIPs: () => takenIPs, takenPorts: () => takenPorts };
        for (const next of [uid, uid, ...others]) {
          const made = created(service("a", { type: "NodePort" }), { ...taken, uid: next });
          const ip = getPath(made, ["spec", "clusterIP"]) as string;
          const port = getPath(made, ["spec", "ports", 0, "nodePort"]) as number;
          expect(ip).toMatch(/^10\.(9[6-9]|10\d|11[01])\.\d+\.\d+$/);
          expect(port).toBeGreaterThanOrEqual(30000);
          expect(port).toBeLessThanOrEqual(32767);
          expect(takenIPs).not.toContain(ip);
          expect(takenPorts).not.toContain(port);
          takenIPs.add(ip);
          takenPorts.add(port);
        }
      }),
    );
  });

  test("and keep them over a change that says nothing of them", () => {
    const live = created(service("a", { type: "NodePort" }));
    const next = updated(live, service("a", { type: "NodePort", selector: { a: "b" } }));
    for (const path of [
      ["spec", "clusterIP"],
      ["spec", "clusterIPs"],
      ["spec", "ports"],
    ])
      expect(getPath(next, path)).toEqual(getPath(live, path));
  });
});
