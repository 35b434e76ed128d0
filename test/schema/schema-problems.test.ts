import { describe, expect, test } from "vitest";
import { deployment, edit, problemsOf, warningsOf } from "./support.js";

const broken = (from: string, to: string): Promise<string[]> => problemsOf(edit(deployment, from, to));
const configMap = (data: string): string => `apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
data:
  ${data}
`;

describe("unknown fields", () => {
  test("a misspelt field is named at its place, with the field that was meant", async () => {
    expect(await broken("containerPort: 8080", "containerport: 8080")).toEqual([
      '17:15 spec.template.spec.containers[0].ports[0].containerport unknown-field: unknown field "containerport" (did you mean "containerPort"?)',
    ]);
  });

  test("a field nothing like any other has the known fields as a hint where they are few", async () => {
    expect(await broken("replicas: 2", "zzz: 2")).toEqual([
      '6:3 spec.zzz unknown-field: unknown field "zzz" (fields here: minReadySeconds, paused, progressDeadlineSeconds, replicas, revisionHistoryLimit, selector, strategy, template)',
    ]);
  });

  test("__proto__ is an unknown field like any other", async () => {
    expect(await broken("replicas: 2", "__proto__: {replicas: 2}")).toEqual([
      expect.stringContaining('unknown field "__proto__"'),
    ]);
  });

  test("with --validate=warn they are warnings, with ignore nothing", async () => {
    const text = edit(deployment, "replicas: 2", "replica: 2");
    expect(await problemsOf(text, { mode: "warn" })).toEqual([]);
    expect(await warningsOf(text, { mode: "warn" })).toEqual([
      '6:3 spec.replica unknown-field: unknown field "replica" (did you mean "replicas"?)',
    ]);
    expect(await problemsOf(text, { mode: "ignore" })).toEqual([]);
    expect(await warningsOf(text, { mode: "ignore" })).toEqual([]);
  });

  test("a wrong type stays a problem with --validate=warn", async () => {
    const text = edit(deployment, "replicas: 2", 'replicas: "2"');
    expect(await problemsOf(text, { mode: "warn" })).toHaveLength(1);
  });
});

describe("wrong types", () => {
  test.each([
    [
      "replicas: 2",
      'replicas: "3"',
      '6:13 spec.replicas wrong-type: expected an integer, found the string "3" (remove the quotes)',
    ],
    [
      "replicas: 2",
      "replicas: many",
      '6:13 spec.replicas wrong-type: expected an integer, found the string "many"',
    ],
    [
      "replicas: 2",
      "replicas: 1.5",
      "6:13 spec.replicas wrong-type: expected an integer, found the number 1.5",
    ],
    [
      "replicas: 2",
      "replicas: 4294967296",
      "6:13 spec.replicas bad-value: 4294967296 is not a 32-bit integer",
    ],
    [
      "replicas: 2",
      "replicas: 18446744073709551615",
      "6:13 spec.replicas bad-value: 18446744073709551615 is not a 32-bit integer",
    ],
    [
      "replicas: 2",
      "replicas: {{ .Values.replicas }}".replace("{{ ", '"{{ ').replace(" }}", ' }}"'),
      '6:13 spec.replicas wrong-type: expected an integer, found the string "{{ .Values.replicas }}" (the value was not filled in: render the template first (helm template, envsubst, ...))',
    ],
    [
      'value: "1"',
      "value: 1",
      '20:22 spec.template.spec.containers[0].env[0].value wrong-type: expected a string, found the number 1 (quote it: "1")',
    ],
    [
      'value: "1"',
      "value: yes",
      '20:22 spec.template.spec.containers[0].env[0].value wrong-type: expected a string, found the boolean true (quote it: "true")',
    ],
    [
      "memory: 64Mi",
      "memory: 64MB",
      '23:23 spec.template.spec.containers[0].resources.requests.memory bad-value: "64MB" is not a quantity such as 500m, 0.5 or 1Gi (did you mean "64M"?)',
    ],
    [
      "memory: 64Mi",
      "memory: true",
      "23:23 spec.template.spec.containers[0].resources.requests.memory wrong-type: expected a quantity such as 500m or 1Gi, found the boolean true",
    ],
  ])("%s as %s", async (from, to, expected) => {
    expect(await broken(from, to)).toEqual([expected]);
  });

  test("a mapping where a list is expected, and the other way round", async () => {
    const service = `apiVersion: v1
kind: Service
metadata: {name: a}
spec:
  ports:
    port: 80
  selector:
    - app: web
`;
    expect(await problemsOf(service)).toEqual([
      '5:3 spec.ports wrong-type: expected a list, found an object (start each item with "- ")',
      '7:3 spec.selector wrong-type: expected an object, found a list (remove the "- " before the fields)',
    ]);
  });

  test("a number in the data of a ConfigMap", async () => {
    expect(await problemsOf(configMap("port: 8080"))).toEqual([
      '6:9 data.port wrong-type: expected a string, found the number 8080 (quote it: "8080")',
    ]);
  });

  test("an empty item of a list", async () => {
    const policy = `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: a}
spec:
  podSelector: {}
  egress: [null]
`;
    expect(await problemsOf(policy)).toEqual([
      '6:12 spec.egress[0] wrong-type: expected an object, found nothing (null) (an item is empty: remove it, or write "{}" if that is meant)',
    ]);
  });

  test("int-or-string is named as such", async () => {
    const service =
      "{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {ports: [{port: 80, targetPort: 1.5}]}}";
    expect(await problemsOf(service)).toEqual([
      expect.stringContaining(
        "spec.ports[0].targetPort wrong-type: expected an integer or a string, found the number 1.5",
      ),
    ]);
  });

  test("times are RFC 3339, those of leases with microseconds", async () => {
    const lease = (time: string): string =>
      `{apiVersion: coordination.k8s.io/v1, kind: Lease, metadata: {name: a}, spec: {renewTime: "${time}"}}`;
    expect(await problemsOf(lease("2024-01-31T12:00:00.000000Z"))).toEqual([]);
    expect(await problemsOf(lease("2024-01-31T12:00:00Z"))).toEqual([
      expect.stringContaining(
        "is not an RFC 3339 time with microseconds such as 2024-01-31T12:00:00.000000Z",
      ),
    ]);
    expect(await problemsOf(lease("2024-02-31T12:00:00.000000Z"))).toHaveLength(1);
  });
});

describe("missing fields and values that are not listed", () => {
  test("a required field that is missing, and one that is null", async () => {
    expect(await broken("  selector:\n    matchLabels: {app: web}\n", "")).toEqual([
      '5:1 spec.selector missing-field: required field "selector" is missing',
    ]);
    expect(await broken("selector:\n    matchLabels: {app: web}", "selector: null")).toEqual([
      '7:13 spec.selector missing-field: required field "selector" is null',
    ]);
  });

  test("a value that is none of those allowed", async () => {
    expect(await broken("containerPort: 8080", "{containerPort: 8080, protocol: tcp}")).toEqual([
      '17:47 spec.template.spec.containers[0].ports[0].protocol bad-value: expected one of "SCTP", "TCP" or "UDP", found the string "tcp" (did you mean "TCP"?)',
    ]);
  });
});

describe("lists whose items have keys", () => {
  test("two environment variables of one name", async () => {
    const text = edit(
      deployment,
      '              value: "1"\n',
      '              value: "1"\n            - name: A\n',
    );
    expect(await problemsOf(text)).toEqual([
      '21:15 spec.template.spec.containers[0].env[1] duplicate-item: spec.template.spec.containers[0].env[1] has the same name "A" as spec.template.spec.containers[0].env[0] (each item of this list must differ: remove or rename one)',
    ]);
  });

  test("a defaulted key counts: a port with and without protocol TCP", async () => {
    const [problem] = await broken(
      "- containerPort: 8080",
      "- {containerPort: 8080}\n            - {containerPort: 8080, protocol: TCP}",
    );
    expect(problem).toContain('has the same containerPort 8080, protocol "TCP"');
  });

  test("ports that differ in their protocol are two", async () => {
    expect(
      await broken(
        "- containerPort: 8080",
        "- {containerPort: 8080}\n            - {containerPort: 8080, protocol: UDP}",
      ),
    ).toEqual([]);
  });

  test("a set with a value twice", async () => {
    const text = "{apiVersion: v1, kind: ConfigMap, metadata: {name: a, finalizers: [a/b, a/b]}}";
    expect(await problemsOf(text)).toEqual([expect.stringContaining('has the same value "a/b"')]);
  });

  test("an item without its key", async () => {
    const text = "{apiVersion: v1, kind: ServiceAccount, metadata: {name: a}, secrets: [{namespace: b}]}";
    expect(await problemsOf(text)).toEqual([
      "1:71 secrets[0] missing-field: the item has no name, which tells the items of this list apart",
    ]);
  });
});

test("all problems of all objects come in the order of their places", async () => {
  const text = `${edit(edit(deployment, "replicas: 2", "replicas: a"), "memory: 64Mi", "memory: 1x")}---\n${configMap("a: 1\n  b: 2")}`;
  expect((await problemsOf(text)).map((problem) => problem.split(" ")[0])).toEqual([
    "6:13",
    "23:23",
    "30:6",
    "31:6",
  ]);
});
