import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../src/json.js";
import { bundledType, bundledVersion, typesOfCrds } from "../../src/schema/index.js";
import { readSchemaFile } from "../../src/schema/files.js";
import { fixture, problemsOf, warningsOf } from "./support.js";

const object = (apiVersion: string, kind: string, rest = ""): string =>
  `{apiVersion: ${apiVersion}, kind: ${kind}, metadata: {name: a}${rest}}`;

describe("bundled kinds", () => {
  test("a kind with its plural and scope", () => {
    expect(bundledType("apps/v1", "Deployment")).toEqual({
      group: "apps",
      version: "v1",
      kind: "Deployment",
      plural: "deployments",
      namespaced: true,
    });
    expect(bundledType("v1", "Namespace")?.namespaced).toBe(false);
    expect(bundledType("v1", "Endpoints")?.plural).toBe("endpoints");
  });

  test.each(["constructor", "__proto__", "toString"])("%s is no kind", (name) => {
    expect(bundledType("v1", name)).toBeUndefined();
    expect(bundledType(name, "Pod")).toBeUndefined();
  });

  test("the version is that of the schemas", () => {
    expect(readSchemaFile("resources.json")).toContain(`{"kubernetes":"${bundledVersion}",`);
  });
});

describe("unknown kinds, offline", () => {
  test.each([
    ["extensions/v1beta1", "Deployment", '"apiVersion: apps/v1"'],
    ["v1", "Deployment", '"apiVersion: apps/v1"'],
    ["apps/v1beta2", "Deployment", '"apiVersion: apps/v1"'],
    ["networking.k8s.io/v1beta1", "Ingress", '"apiVersion: networking.k8s.io/v1"'],
    ["policy/v1beta1", "PodDisruptionBudget", '"apiVersion: policy/v1"'],
    ["apps/v1", "Service", '"apiVersion: v1"'],
    ["v1", "Configmap", '"kind: ConfigMap"'],
    ["v1", "service", '"kind: Service"'],
    ["apps/v1", "deploymnet", '"kind: Deployment"'],
    ["v1", "ingress", '"kind: Ingress" of "apiVersion: networking.k8s.io/v1"'],
  ])("%s %s is near to %s", async (apiVersion, kind, meant) => {
    const problems = await problemsOf(object(apiVersion, kind));
    expect(problems).toEqual([expect.stringContaining(`did you mean ${meant}?`)]);
  });

  test("a custom resource without its CRD", async () => {
    expect(await problemsOf(object("example.com/v1", "Gadget"))).toEqual([
      "1:36 kind unknown-kind: neither Kubernetes 1.36 nor a CRD in the set has a Gadget in example.com/v1 (add its CRD to the set, or use kapply diff, which asks the server)",
    ]);
  });

  test("a kind of a custom group with a built-in's name is not taken for it", async () => {
    expect(await problemsOf(object("serving.example.com/v1", "Service"))).toEqual([
      expect.stringContaining("add its CRD to the set"),
    ]);
  });

  test("are warnings with --validate=warn, and nothing with ignore", async () => {
    const text = object("example.com/v1", "Gadget");
    expect(await problemsOf(text, { mode: "warn" })).toEqual([]);
    expect(await warningsOf(text, { mode: "warn" })).toHaveLength(1);
    expect(await problemsOf(text, { mode: "ignore" })).toEqual([]);
  });

  test("a question to the server can't be applied", async () => {
    expect(await problemsOf(object("authentication.k8s.io/v1", "TokenReview"))).toEqual([
      expect.stringContaining("a TokenReview is a question to the server"),
    ]);
  });
});

describe("the types of CRDs in the set", () => {
  test("one for every served version", () => {
    expect(typesOfCrds(fixture("platform.yaml"))).toEqual([
      { group: "example.com", version: "v1", kind: "Gadget", plural: "gadgets", namespaced: true },
    ]);
  });
});

describe("with a server to ask", () => {
  /** What a 1.37 might serve, in the form of OpenAPI v3. */
  const newer: JsonObject = {
    paths: {
      "/api/v1/namespaces/{namespace}/configmaps/{name}": {
        get: { "x-kubernetes-group-version-kind": { group: "", version: "v1", kind: "ConfigMap" } },
      },
    },
    components: {
      schemas: {
        "io.k8s.api.core.v1.ConfigMap": {
          type: "object",
          properties: {
            apiVersion: { type: "string" },
            kind: { type: "string" },
            metadata: {
              allOf: [{ $ref: "#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta" }],
            },
            data: { type: "object", additionalProperties: { type: "string", default: "" } },
            brandNew: { type: "string", enum: ["yes-please"] },
          },
          "x-kubernetes-group-version-kind": [{ group: "", version: "v1", kind: "ConfigMap" }],
        },
        "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta": {
          type: "object",
          properties: { name: { type: "string" } },
        },
      },
    },
  };
  const server = (asked: string[]) => ({
    serverSchema: (groupVersion: string): Promise<JsonObject | undefined> => {
      asked.push(groupVersion);
      return Promise.resolve(groupVersion === "v1" ? newer : undefined);
    },
  });

  test("it is not asked about what the bundle knows", async () => {
    const asked: string[] = [];
    expect(await problemsOf(object("v1", "ConfigMap", ", data: {a: b}"), server(asked))).toEqual([]);
    expect(asked).toEqual([]);
  });

  test("a field that only a newer server knows is fine, and its values are checked", async () => {
    const asked: string[] = [];
    const text = `${object("v1", "ConfigMap", ", brandNew: yes-please")}\n---\n${object("v1", "ConfigMap", ", brandNew: no-thanks").replace("name: a", "name: b")}`;
    expect(await problemsOf(text, server(asked))).toEqual([
      expect.stringContaining('brandNew bad-value: expected "yes-please", found the string "no-thanks"'),
    ]);
    expect(asked).toEqual(["v1"]);
  });

  test("a field that neither knows is unknown", async () => {
    expect(await problemsOf(object("v1", "ConfigMap", ", brandOld: a"), server([]))).toEqual([
      expect.stringContaining('brandOld unknown-field: unknown field "brandOld" (did you mean "brandNew"?)'),
    ]);
  });

  test("a kind that it does not serve is unknown", async () => {
    expect(await problemsOf(object("example.com/v1", "Gadget"), server([]))).toEqual([
      expect.stringContaining(
        "the server serves no Gadget in example.com/v1 (install its CRD first, or add the CRD to the set)",
      ),
    ]);
  });
});
