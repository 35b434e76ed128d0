import { describe, expect, test } from "vitest";
import { deployment, edit, problemsOf, warningsOf } from "./support.js";

const secret = (rest: string): string => `apiVersion: v1
kind: Secret
metadata: {name: credentials}
${rest}
`;

describe("Secrets", () => {
  test("what is not base64 is named and never shown", async () => {
    expect(await problemsOf(secret("data: {password: correct-horse}"))).toEqual([
      "4:18 data.password bad-value: the value is not base64 text (encode it (base64), or put the plain text under stringData)",
    ]);
  });

  test.each([
    "data: {password: 12345678}",
    "stringData: {password: 12345678}",
    "stringData: {password: {a: 12345678}}",
  ])("a wrong type does not show the value: %s", async (rest) => {
    const problems = await problemsOf(secret(rest));
    expect(problems).toEqual([expect.stringContaining("password wrong-type: expected a string, found a")]);
    expect(problems.join()).not.toContain("1234");
  });

  test("base64 with line breaks is base64", async () => {
    expect(await problemsOf(secret('data: {a: "YWRt\\naW4=\\n"}'))).toEqual([]);
    expect(await problemsOf(secret("data: {a: YWRtaW4}"))).toHaveLength(1);
  });

  test("keys have a syntax, data a limit", async () => {
    expect(await problemsOf(secret("data: {a b: YQ==}"))).toEqual([
      "4:13 data[\"a b\"] bad-value: the key \"a b\" must consist of letters, digits, '-', '_' and '.'",
    ]);
    expect(await problemsOf(secret(`stringData: {a: "${"x".repeat(1_048_576)}"}`))).toEqual([]);
    expect(await problemsOf(secret(`stringData: {a: "${"x".repeat(1_048_577)}"}`))).toEqual([
      expect.stringContaining(
        "too-large: the data of a Secret may have 1048576 bytes in all, and has 1048577",
      ),
    ]);
  });
});

test("a key in data and binaryData of a ConfigMap", async () => {
  expect(
    await problemsOf(
      "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {k: a}, binaryData: {k: YQ==}}",
    ),
  ).toEqual([expect.stringContaining('binaryData.k bad-value: the key "k" is also in data')]);
});

describe("workloads", () => {
  test("a selector that selects other pods", async () => {
    expect(
      await problemsOf(edit(deployment, "matchLabels: {app: web}", "matchLabels: {app: wbe, tier: a}")),
    ).toEqual([
      '8:24 spec.selector.matchLabels.app bad-value: the selector asks for app: "wbe", and the template has app: "web" (give spec.template.metadata.labels the same label)',
      '8:35 spec.selector.matchLabels.tier bad-value: the selector asks for tier: "a", and the template has no label "tier" (give spec.template.metadata.labels the same label)',
    ]);
  });

  test("a mount of a volume that is not there", async () => {
    const text = edit(
      deployment,
      "      containers:",
      "      volumes: [{name: config, emptyDir: {}}]\n      containers:",
    );
    expect(
      await problemsOf(
        edit(
          text,
          "          env:",
          "          volumeMounts: [{name: confg, mountPath: /a}]\n          env:",
        ),
      ),
    ).toEqual([
      '19:33 spec.template.spec.containers[0].volumeMounts[0].name bad-value: there is no volume "confg" in this pod (did you mean "config"?)',
    ]);
  });

  test("ports out of range, and ports in quotes", async () => {
    expect(await problemsOf(edit(deployment, "8080", "80800"))).toEqual([
      expect.stringContaining("containerPort bad-value: 80800 is not a port: expected 1 to 65535"),
    ]);
    expect(
      await problemsOf(
        '{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {ports: [{port: 80, targetPort: "80"}]}}',
      ),
    ).toEqual([
      expect.stringContaining('expected a port\'s number or name, found the string "80" (remove the quotes)'),
    ]);
  });

  test("a container's name is a label", async () => {
    expect(await problemsOf(edit(deployment, "- name: web", "- name: Web"))).toEqual([
      expect.stringContaining('the container name "Web" must consist of lower case letters'),
    ]);
  });

  test("an image that was not rendered is a warning", async () => {
    const text = edit(deployment, "image: nginx:1.27", 'image: "{{ .Values.image }}"');
    expect(await problemsOf(text)).toEqual([]);
    expect(await warningsOf(text)).toEqual([
      '15:18 spec.template.spec.containers[0].image bad-value: the image "{{ .Values.image }}" names no image (the value was not filled in: render the template first (helm template, envsubst, ...))',
    ]);
  });
});
