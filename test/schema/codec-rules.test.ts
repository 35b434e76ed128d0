/** Mistakes in built-in kinds, and what a real server said of each (a dry run against 1.36). */
import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../src/json.js";
import { manifests } from "./support.js";
import { codecOf } from "./codec-support.js";

function causes(text: string): string[] {
  const [manifest] = manifests(text);
  const body = manifest?.body as JsonObject;
  const codec = codecOf(body);
  return codec
    .validate(codec.withDefaults(codec.read(body).object))
    .map(({ field, message, reason }) => `${field}: ${message} (${reason})`);
}

const pod = (spec: string): string =>
  `{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{name: a, image: b${spec}}]}}`;

describe("missing fields", () => {
  test("a workload without all that it needs", () => {
    expect(causes("{apiVersion: apps/v1, kind: Deployment, metadata: {name: a}}")).toEqual([
      "spec.selector: Required value (FieldValueRequired)",
      "spec.template.spec.containers: Required value (FieldValueRequired)",
    ]);
  });

  test("a container without name and image", () => {
    const text = "{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{}]}}";
    expect(causes(text)).toEqual([
      "spec.containers[0].image: Required value (FieldValueRequired)",
      "spec.containers[0].name: Required value (FieldValueRequired)",
    ]);
  });

  test("ports that are zero, each in its own words", () => {
    expect(causes(pod(", ports: [{protocol: TCP}], livenessProbe: {httpGet: {}}"))).toEqual([
      "spec.containers[0].livenessProbe.httpGet.port: Invalid value: 0: must be between 1 and 65535, inclusive (FieldValueInvalid)",
      "spec.containers[0].ports[0].containerPort: Required value (FieldValueRequired)",
    ]);
    expect(causes("{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {ports: [{}]}}")).toEqual([
      "spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive (FieldValueInvalid)",
    ]);
  });

  test("a binding without a role", () => {
    const binding = (kind: string): string =>
      `{apiVersion: rbac.authorization.k8s.io/v1, kind: ${kind}, metadata: {name: a}}`;
    expect(causes(binding("RoleBinding"))).toEqual([
      'roleRef.kind: Unsupported value: "": supported values: "Role", "ClusterRole" (FieldValueNotSupported)',
      "roleRef.name: Required value (FieldValueRequired)",
    ]);
    expect(causes(binding("ClusterRoleBinding"))[0]).toContain('supported values: "ClusterRole"');
  });

  test("webhooks and paths, by what stands for nothing", () => {
    const webhook =
      "{apiVersion: admissionregistration.k8s.io/v1, kind: ValidatingWebhookConfiguration, metadata: {name: a}, webhooks: [{name: a.b.c}]}";
    expect(causes(webhook)).toEqual([
      "webhooks[0].admissionReviewVersions: Required value: must specify one of v1, v1beta1 (FieldValueRequired)",
      "webhooks[0].clientConfig: Required value: exactly one of url or service is required (FieldValueRequired)",
      "webhooks[0].sideEffects: Required value: must specify one of None, NoneOnDryRun (FieldValueRequired)",
    ]);
  });

  test("what OpenAPI calls required and the server does without", () => {
    expect(causes("{apiVersion: apps/v1, kind: ControllerRevision, metadata: {name: a}, data: {}}")).toEqual(
      [],
    );
    expect(causes("{apiVersion: v1, kind: LimitRange, metadata: {name: a}, spec: {}}")).toEqual([]);
  });
});

describe("enums", () => {
  test("list their values in the server's order", () => {
    expect(causes(pod("}], restartPolicy: Sometimes, dnsPolicy: X, tolerations: [{operator: Foo"))).toEqual([
      'spec.dnsPolicy: Unsupported value: "X": supported values: "ClusterFirstWithHostNet", "ClusterFirst", "Default", "None" (FieldValueNotSupported)',
      'spec.restartPolicy: Unsupported value: "Sometimes": supported values: "Always", "OnFailure", "Never" (FieldValueNotSupported)',
      'spec.tolerations[0].operator: Unsupported value: "Foo": supported values: "Equal", "Exists" (FieldValueNotSupported)',
    ]);
  });

  test("take what is empty for nothing", () => {
    expect(causes(pod(', imagePullPolicy: "", ports: [{containerPort: 80, protocol: ""}]'))).toEqual([]);
  });

  test("that have words of their own", () => {
    const terms = "{nodeSelectorTerms: [{matchExpressions: [{key: a, operator: Foo}]}]}";
    const affinity = `{nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: ${terms}}}`;
    expect(causes(pod(`}], affinity: ${affinity}, overhead: {}, tolerations: [{`))).toEqual([
      'spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0].operator: Invalid value: "Foo": not a valid selector operator (FieldValueInvalid)',
    ]);
  });
});

describe("defaults of the schema", () => {
  test("stand where the object around them is there, and only there", () => {
    const body = {
      apiVersion: "v1",
      kind: "Pod",
      spec: {
        containers: [
          { name: "a", ports: [{ containerPort: 80 }, { containerPort: 53, protocol: "UDP" }] },
          { name: "b" },
        ],
      },
    };
    const codec = codecOf(body);
    const { containers } = codec.withDefaults(codec.read(body).object).spec as { containers: unknown[] };
    expect(containers).toEqual([
      {
        name: "a",
        ports: [
          { containerPort: 80, protocol: "TCP" },
          { containerPort: 53, protocol: "UDP" },
        ],
        resources: {},
      },
      { name: "b", resources: {} },
    ]);
  });
});
