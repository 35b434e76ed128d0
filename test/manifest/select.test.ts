import { expect, test } from "vitest";
import { selectManifests } from "../../src/manifest/select.js";
import { manifest, types } from "../make.js";

const labelled = (name: string, labels: Record<string, string>): ReturnType<typeof manifest> =>
  manifest({ apiVersion: "v1", kind: types.configMap.kind, metadata: { name, labels } });

const set = [
  labelled("web", { app: "web", tier: "front" }),
  labelled("db", { app: "db", tier: "back" }),
  labelled("bare", {}),
];

test.each([
  ["app=web", ["web"]],
  ["app==web", ["web"]],
  ["app!=web", ["db", "bare"]],
  ["app=web,tier=front", ["web"]],
  ["app = web , tier = back", []],
  ["app in (web, db)", ["web", "db"]],
  ["app notin (web)", ["db", "bare"]],
  ["app in (web,db),tier!=back", ["web"]],
  ["app", ["web", "db"]],
  ["!app", ["bare"]],
])("-l '%s' selects %j", (selector, names) => {
  expect(selectManifests(set, selector).manifests.map(({ ref }) => ref.name)).toEqual(names);
});

test.each(["app=(", "app in web", "a b"])("-l '%s' is refused", (selector) => {
  expect(() => selectManifests(set, selector)).toThrow("can't be read at");
});

test("a selector that matches nothing is told; without one all are meant", () => {
  const { problems } = selectManifests(set, "app=shop");
  expect(problems.map(({ code, message }) => [code, message])).toEqual([
    ["empty", "none of 3 manifests has labels that match -l app=shop"],
  ]);
  expect(selectManifests(set, undefined)).toEqual({ manifests: set, problems: [] });
  expect(selectManifests([], "app=shop").problems).toEqual([]);
});
