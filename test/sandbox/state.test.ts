/** Seeds, and what outlives a restart. */
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { getPath } from "../../src/json.js";
import { manifestsOf } from "../../src/manifest/index.js";
import { readYaml } from "../../src/yaml/index.js";
import { askSandbox, configMap, configMaps } from "./client.js";

async function manifests(text: string) {
  return manifestsOf((await readYaml(text, "seed.yaml")).documents).manifests;
}

const file = () => path.join(mkdtempSync(path.join(tmpdir(), "kapply-state-")), "state.json");

describe("a state file", () => {
  test("keeps objects, versions, tokens and the authority over a restart", async () => {
    const state = file();
    const first = await askSandbox({ state });
    const made = await first.post(configMaps, configMap("kept", { data: { a: "b" } }));
    const token = first.tokenOf("default", "robot");
    await first.close();
    const second = await askSandbox({ state });
    const again = await second.get(`${configMaps}/kept`);
    expect(again.body).toEqual(made.body);
    expect(second.token).toBe(first.token);
    expect(second.ca).toBe(first.ca);
    const review = { apiVersion: "authentication.k8s.io/v1", kind: "TokenReview", spec: { token } };
    const { body } = await second.post("/apis/authentication.k8s.io/v1/tokenreviews", review);
    expect(getPath(body, ["status", "user", "username"])).toBe("system:serviceaccount:default:robot");
    const next = await second.post(configMaps, configMap("next"));
    const versions = [made, next].map((reply) =>
      Number(getPath(reply.body, ["metadata", "resourceVersion"])),
    );
    expect(versions[1]).toBeGreaterThan(versions[0] ?? Infinity);
    await second.close();
  });

  test("is put in its place whole, readable for its owner alone, with nothing left beside it", async () => {
    const state = file();
    const sandbox = await askSandbox({ state });
    await sandbox.post(configMaps, configMap("a"));
    await sandbox.close();
    expect(readdirSync(path.dirname(state))).toEqual(["state.json"]);
    expect(JSON.parse(readFileSync(state, "utf8"))).toHaveProperty("objects.configmaps");
  });

  test("that is something else is refused, and left alone", async () => {
    const state = file();
    for (const text of ["no JSON", "{}", '{"version":1,"objects":[]}']) {
      writeFileSync(state, text);
      await expect(askSandbox({ state })).rejects.toThrow(`the state file ${state} can't be used`);
      expect(readFileSync(state, "utf8")).toBe(text);
    }
  });
});

describe("a seed", () => {
  const exported = `
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
  uid: 1-2-3
  resourceVersion: "77"
  creationTimestamp: "2020-01-01T00:00:00Z"
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: "nginx:1.29" }] }
status: { readyReplicas: 1, replicas: 1 }
---
apiVersion: example.com/v1
kind: Gadget
metadata: { name: a }
spec: { size: 3 }
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: gadgets.example.com }
spec:
  group: example.com
  scope: Namespaced
  names: { kind: Gadget, plural: gadgets }
  versions:
    - name: v1
      served: true
      storage: true
      schema: { openAPIV3Schema: { type: object, properties: { spec: { type: object, properties: { size: { type: integer } } } } } }
`;

  test("may be what kubectl printed, with its status; namespaces are made, CRDs come before their objects", async () => {
    const sandbox = await askSandbox();
    await sandbox.seed(await manifests(exported));
    const { body } = await sandbox.get("/apis/apps/v1/namespaces/shop/deployments/web");
    expect(body).toMatchObject({ status: { readyReplicas: 1 }, spec: { replicas: 1 } });
    expect(getPath(body, ["metadata", "uid"])).not.toBe("1-2-3");
    expect(await sandbox.get("/apis/example.com/v1/namespaces/default/gadgets/a")).toMatchObject({
      status: 200,
    });
    await sandbox.close();
  });

  test("that breaks a rule is told with its place", async () => {
    const sandbox = await askSandbox();
    const bad = await manifests(
      "apiVersion: v1\nkind: Service\nmetadata: { name: Bad }\nspec: { ports: [{ port: 0 }] }\n",
    );
    await expect(sandbox.seed(bad)).rejects.toMatchObject({
      code: "input",
      details: {
        problems: [
          { place: { source: "seed.yaml", line: 1 }, message: expect.stringContaining("Bad") as string },
        ],
      },
    });
    await sandbox.close();
  });
});
