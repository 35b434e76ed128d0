import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../../src/json.js";
import { exactField, parseFieldSelector } from "../../../src/sandbox/selectors/index.js";
import { bundledType } from "../../../src/schema/index.js";
import { types } from "../../make.js";
import { answerTo, recorded } from "./support.js";

type FieldKind = Parameters<typeof parseFieldSelector>[1];

function builtIn(apiVersion: string, kind: string): FieldKind {
  const type = bundledType(apiVersion, kind);
  if (type === undefined) throw new Error(`no ${apiVersion} ${kind}`);
  return { type, source: { from: "bundle", definition: "" } };
}

test.each(recorded("field-selectors.json") as [string, string, string, string][])(
  "of %s %s, the selector %j is answered as the real server does",
  (apiVersion, kind, text, message) => {
    expect(answerTo(() => parseFieldSelector(text, builtIn(apiVersion, kind)))).toBe(message);
  },
);

describe("a field selector", () => {
  const pod = {
    metadata: { name: "web", namespace: "shop" },
    spec: { nodeName: "n1", serviceAccountName: "default" },
    status: { phase: "Running", podIPs: [{ ip: "10.0.0.1" }, { ip: "::1" }] },
  };
  const event = { involvedObject: { kind: "Pod" }, reportingComponent: "kubelet", type: "Normal" };
  test.each<[string, string, JsonObject, string, boolean]>([
    ["v1", "ConfigMap", pod, "metadata.name=web", true],
    ["v1", "ConfigMap", pod, "metadata.name==web,metadata.namespace!=other", true],
    ["v1", "ConfigMap", pod, "metadata.name=web,metadata.namespace=other", false],
    ["v1", "ConfigMap", pod, "metadata.name!=web", false],
    ["v1", "ConfigMap", pod, "", true],
    ["rbac.authorization.k8s.io/v1", "ClusterRole", { metadata: { name: "x" } }, "metadata.namespace=", true],
    ["v1", "Pod", pod, "spec.nodeName=n1,status.phase=Running", true],
    ["v1", "Pod", pod, "spec.nodeName=", false],
    ["v1", "Pod", pod, "spec.host=n1", true],
    ["v1", "Pod", pod, "spec.hostNetwork=false", true],
    ["v1", "Pod", { spec: { hostNetwork: true } }, "spec.hostNetwork=true", true],
    ["v1", "Pod", pod, "status.podIP=10.0.0.1", true],
    ["v1", "Pod", pod, "status.podIPs=10.0.0.1", false],
    ["v1", "Node", {}, "spec.unschedulable=false", true],
    ["v1", "Node", { spec: { unschedulable: true } }, "spec.unschedulable=true", true],
    ["v1", "Secret", { type: "Opaque" }, "type=Opaque", true],
    ["v1", "Event", event, "involvedObject.kind=Pod,source=kubelet,type!=Warning", true],
    ["v1", "Event", { ...event, source: { component: "other" } }, "source=kubelet", false],
    ["events.k8s.io/v1", "Event", { regarding: { kind: "Pod" } }, "regarding.kind=Pod", true],
    ["batch/v1", "Job", { status: {} }, "status.successful=0", true],
    ["batch/v1", "Job", { status: { succeeded: 2 } }, "status.successful=2", true],
    ["v1", "ReplicationController", {}, "status.replicas=0", true],
  ])("of %s %s: %j by %j is %s", (apiVersion, kind, object, text, expected) => {
    expect(parseFieldSelector(text, builtIn(apiVersion, kind))(object)).toBe(expected);
  });

  const widget = (version: JsonObject, namespaced = true): FieldKind => ({
    type: { ...types.widget, namespaced },
    source: { from: "crd", crd: {}, version },
  });
  const colours = widget({ selectableFields: [{ jsonPath: ".spec.color" }, { jsonPath: ".spec.size" }] });

  test("of a custom resource has the fields that its definition says", () => {
    const matches = (text: string): boolean =>
      parseFieldSelector(text, colours)({ spec: { color: "red", size: 3 } });
    expect(["spec.color=red", "spec.size=3", "spec.color=", "metadata.name="].map(matches)).toEqual([
      true,
      true,
      false,
      true,
    ]);
  });

  test.each([
    [colours, ".spec.color=red", ".spec.color"],
    [colours, "spec.on=true", "spec.on"],
    [widget({}, false), "metadata.namespace=x", "metadata.namespace"],
  ])("of a custom resource has no others (%#)", (kind, text, field) => {
    expect(answerTo(() => parseFieldSelector(text, kind))).toBe(`field label not supported: ${field}`);
  });

  test("may have any value that is escaped", () => {
    const configMap = builtIn("v1", "ConfigMap");
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("a", "\\", ",", "=", "!", " ", "é") }), (name) => {
        const text = `metadata.name=${name.replace(/[\\,=]/g, "\\$&")}`;
        expect(parseFieldSelector(text, configMap)({ metadata: { name } })).toBe(true);
        expect(parseFieldSelector(text, configMap)({ metadata: { name: `${name}x` } })).toBe(false);
        expect(exactField(text, "metadata.name")).toBe(name);
      }),
    );
  });
});

test.each([
  ["metadata.name=web,metadata.namespace=x", "web"],
  ["metadata.name!=web", undefined],
  ["metadata.namespace=x", undefined],
  ["metadata.name", undefined],
  ["", undefined],
])("the name that %j asks for is %s", (text, name) => {
  expect(exactField(text, "metadata.name")).toBe(name);
});
