import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { KubeObject } from "../../../src/model.js";
import { bootstrapObjects } from "../../../src/sandbox/access/index.js";
import { clusterRoles } from "../../../src/sandbox/access/bootstrap-roles.js";

interface Recorded {
  kind: string;
  metadata: { name: string; namespace?: string };
  aggregationRule?: unknown;
  rules?: {
    verbs: string[];
    apiGroups?: string[];
    resources?: string[];
    resourceNames?: string[];
    nonResourceURLs?: string[];
  }[];
}

/** What a running server holds (see fixtures/README.md). */
const recorded = JSON.parse(
  readFileSync(new URL("./fixtures/bootstrap.json", import.meta.url), "utf8"),
) as Recorded[];

const byKey = (objects: readonly unknown[]): Record<string, unknown> =>
  Object.fromEntries(
    objects.map((object) => {
      const { kind, metadata } = object as Recorded;
      return [`${kind} ${metadata.namespace ?? ""}/${metadata.name}`, object];
    }),
  );

test("a fresh cluster holds what a real one holds", () => {
  const objects = bootstrapObjects();
  expect(objects).toHaveLength(recorded.length);
  expect(byKey(objects)).toEqual(byKey(recorded));
});

test("the lines of the ClusterRoles are those of the recorded ones", () => {
  const list = (items: string[] = []): string => items.map((item) => item || "core").join(",");
  const lines = recorded
    .filter(({ kind, aggregationRule }) => kind === "ClusterRole" && aggregationRule === undefined)
    .map(({ metadata, rules = [] }) => [
      metadata.name,
      rules.map((rule) =>
        [rule.verbs, rule.apiGroups, rule.resources, rule.resourceNames, rule.nonResourceURLs]
          .map(list)
          .filter((part) => part !== "")
          .join(" "),
      ),
    ]);
  expect(clusterRoles).toEqual(Object.fromEntries(lines));
});

test("each call makes objects of its own", () => {
  const [first] = bootstrapObjects();
  (first?.["metadata"] as KubeObject)["name"] = "changed";
  expect(bootstrapObjects()[0]).toHaveProperty("metadata.name", "default");
  expect(JSON.stringify(bootstrapObjects())).not.toContain("changed");
});
