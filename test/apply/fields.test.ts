import { expect, test } from "vitest";
import { locateField } from "../../src/apply/fields.js";

const deployment = {
  metadata: { labels: { app: "web", "app.kubernetes.io/name": "web" }, finalizers: ["a/b", "c"] },
  spec: {
    replicas: 2,
    containers: [
      { name: "log", image: "fluent" },
      { name: "web", image: "nginx", ports: [{ containerPort: 80 }, { containerPort: 81, protocol: "UDP" }] },
    ],
  },
  data: { "a.key": "x" },
};

test.each([
  [".spec.replicas", ["spec", "replicas"]],
  ["spec.containers[1].image", ["spec", "containers", 1, "image"]],
  ['.spec.containers[name="web"].image', ["spec", "containers", 1, "image"]],
  [
    '.spec.containers[name="web"].ports[containerPort=80,protocol="TCP"]',
    ["spec", "containers", 1, "ports", 0],
  ],
  [
    '.spec.containers[name="web"].ports[containerPort=81,protocol="UDP"]',
    ["spec", "containers", 1, "ports", 1],
  ],
  [".metadata.labels.app.kubernetes.io/name", ["metadata", "labels", "app.kubernetes.io/name"]],
  [".metadata.labels.app", ["metadata", "labels", "app"]],
  ["data[a.key]", ["data", "a.key"]],
  ['.metadata.finalizers["c"]', ["metadata", "finalizers", 1]],
  ["spec.template.spec", ["spec"]],
  ["spec.containers[7].image", ["spec", "containers"]],
  ["", []],
  ["<nil>", []],
])("the field %s is found at %j", (field, path) => {
  expect(locateField(field, deployment)).toEqual(path);
});
