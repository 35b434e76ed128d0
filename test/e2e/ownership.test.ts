/** Who owns what, by the server: fields that are left to their owners, and fields that move to us. */
import { randomBytes } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { cloneJson, getPath, isObject, stringifyJson, type Json, type JsonObject } from "../../src/json.js";
import {
  contestsOf,
  contestsOfCauses,
  applyManifest,
  isClientSide,
  managedFieldsPatch,
  takeOver,
  yieldFields,
  type Owner,
} from "../../src/merge/index.js";
import type { KubeObject } from "../../src/model.js";
import { shapeOfDefinition, shapeOfStructural } from "../../src/schema/index.js";
import type { Shape } from "../../src/shape.js";
import { testCluster } from "../cluster/client.js";
import { sleep } from "../cluster/run.js";
import { moveToUs, patch, us } from "./moves.js";

const cluster = testCluster();
const deploymentShape = shapeOfDefinition("io.k8s.api.apps.v1.Deployment");
const record = "kubectl.kubernetes.io/last-applied-configuration";

const group = `own${randomBytes(4).toString("hex")}.example.com`;
const texts = { type: "object", additionalProperties: { type: "string" } };
const specOf = (properties: JsonObject): JsonObject => ({ type: "object", properties });
const common = { size: { type: "integer" }, sections: { type: "object", additionalProperties: texts } };
/** A kind of two versions, of which the first has a field more. */
const schemas = {
  v1: specOf({ spec: specOf({ ...common, shade: { type: "string" } }) }),
  v2: specOf({ spec: specOf(common) }),
};

const definition = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: `things.${group}` },
  spec: {
    group,
    scope: "Namespaced",
    names: { kind: "Thing", plural: "things", singular: "thing" },
    versions: Object.entries(schemas).map(([name, openAPIV3Schema]) => ({
      name,
      served: true,
      storage: name === "v1",
      schema: { openAPIV3Schema },
    })),
  },
};

beforeAll(async () => {
  const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/things.${group}`;
  await cluster.apply(path, definition);
  for (const version of Object.keys(schemas))
    while ((await cluster.request(`/apis/${group}/${version}/things`)).status !== 200) await sleep(50);
  return () => cluster.delete(path);
});

/** An object and the path that it has on the server. */
interface Sample {
  collection: string;
  body: KubeObject;
}

async function deployment(): Promise<Sample> {
  const namespace = await cluster.freshNamespace("ownership");
  const env = [
    { name: "KEPT", value: "1" },
    { name: "GONE", value: "2" },
  ];
  const body = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", labels: { tier: "web", team: "blue" } },
    spec: {
      replicas: 0,
      selector: { matchLabels: { app: "web" } },
      template: {
        metadata: { labels: { app: "web" } },
        spec: {
          containers: [
            { name: "web", image: "web:1", env, ports: [{ containerPort: 80 }] },
            { name: "side", image: "side:1" },
          ],
        },
      },
    },
  };
  return { collection: `/apis/apps/v1/namespaces/${namespace}/deployments`, body };
}

async function configMap(): Promise<Sample> {
  const namespace = await cluster.freshNamespace("ownership");
  const body = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "it" },
    data: { kept: "1", gone: "2" },
  };
  return { collection: `/api/v1/namespaces/${namespace}/configmaps`, body };
}

async function custom(): Promise<Sample> {
  const namespace = await cluster.freshNamespace("ownership");
  const spec = { size: 1, sections: { a: { kept: "1", gone: "2" }, b: { x: "y" } } };
  const body = { apiVersion: `${group}/v1`, kind: "Thing", metadata: { name: "it" }, spec };
  return { collection: `/apis/${group}/v1/namespaces/${namespace}/things`, body };
}

const pathOf = ({ collection, body }: Sample): string =>
  `${collection}/${getPath(body, ["metadata", "name"]) as string}`;

const live = (sample: Sample): Promise<KubeObject> => cluster.get<KubeObject>(pathOf(sample));

/** A merge patch by a client that updates. */
async function update(path: string, manager: string, change: JsonObject): Promise<void> {
  const { status } = await patch(cluster, `${path}?fieldManager=${manager}`, "merge-patch+json", change);
  expect(status).toBe(200);
}

const scale = (sample: Sample, replicas: number): Promise<void> =>
  update(`${pathOf(sample)}/scale`, "hpa", { spec: { replicas } });

/** Server-side apply that takes nothing from others. */
const apply = (sample: Sample, body: KubeObject, manager = us) =>
  patch(
    cluster,
    `${pathOf(sample)}?fieldManager=${manager}&fieldValidation=Strict`,
    "apply-patch+yaml",
    body,
  );

/** What `kubectl apply` on the client sends for an object that is not there, and what any client that creates does. */
async function create(sample: Sample, manager: string, annotated: boolean): Promise<void> {
  const body = cloneJson(sample.body);
  if (annotated) {
    const applied = `${stringifyJson(sample.body)}\n`;
    (body["metadata"] as JsonObject)["annotations"] = { [record]: applied };
  }
  await cluster.create(sample.collection, body, manager);
}

/** The manifest after an edit. */
function edited(body: KubeObject, edit: (copy: KubeObject) => void): KubeObject {
  const copy = cloneJson(body);
  edit(copy);
  return copy;
}

const at = (value: Json, ...path: (string | number)[]): JsonObject => getPath(value, path) as JsonObject;
const container = (object: KubeObject): JsonObject => at(object, "spec", "template", "spec", "containers", 0);

/** Written by the controller of Deployments, which the sandbox does not have. */
const revision = "deployment.kubernetes.io/revision";

/** What an object holds, without what the server and its controllers keep about it. */
function contentOf(object: KubeObject): KubeObject {
  const { labels, annotations } = at(object, "metadata");
  const { status: _status, metadata: _metadata, ...content } = object;
  const others = Object.entries(isObject(annotations) ? annotations : {}).filter(([key]) => key !== revision);
  return { ...content, labels: labels ?? null, annotations: Object.fromEntries(others) };
}

const owners = (object: KubeObject): string[] =>
  (getPath(object, ["metadata", "managedFields"]) as Record<string, string>[])
    .map(({ manager = "", operation = "", subresource = "" }) =>
      `${manager} ${operation} ${subresource}`.trim(),
    )
    .sort();

describe("fields that are left to their owners", () => {
  const causesOf = (body: KubeObject) =>
    getPath(body, ["details", "causes"]) as { field: string; message: string }[];

  /** Applies what conflicts, yields all of it, and applies that. */
  async function yieldAll(sample: Sample, manifest: KubeObject, shape: Shape) {
    const found = await live(sample);
    const refused = await apply(sample, manifest);
    expect(refused.status).toBe(409);
    const contests = contestsOfCauses(causesOf(refused.body), manifest, found, shape);
    const fields = contests.flatMap(({ field }) => (field === undefined ? [] : [field]));
    const applied = await apply(sample, yieldFields(manifest, fields, shape));
    expect(applied).toMatchObject({ status: 200 });
    return { found, contests, applied: applied.body };
  }

  test("keep their values, whoever set them and however, and all else is applied", async () => {
    const sample = await deployment();
    expect(await apply(sample, sample.body)).toMatchObject({ status: 201 });
    await scale(sample, 2);
    const image = edited(sample.body, (copy) => {
      copy["spec"] = {
        selector: at(copy, "spec", "selector"),
        template: { spec: { containers: [{ name: "web", image: "web:7" }] } },
      };
    });
    await cluster.apply(pathOf(sample), image, "bot");
    await update(pathOf(sample), "eve", { metadata: { labels: { team: "red" } } });

    const manifest = edited(sample.body, (copy) => {
      at(copy, "spec")["replicas"] = 1;
      at(copy, "metadata", "labels")["team"] = "green";
      container(copy)["image"] = "web:2";
      container(copy)["imagePullPolicy"] = "Always";
    });
    const { contests, applied } = await yieldAll(sample, manifest, deploymentShape);
    const told = contests.map(({ path, live: held, wanted, at: place, owner }) => [
      path,
      held,
      wanted,
      getPath(manifest, place),
      [owner.manager, owner.operation, owner.subresource, owner.apiVersion, typeof owner.since],
    ]);
    // A server does not say when a scale was written.
    expect(told.sort()).toEqual([
      ["metadata.labels.team", "red", "green", "green", ["eve", "Update", undefined, "apps/v1", "string"]],
      ["spec.replicas", 2, 1, 1, ["hpa", "Update", "scale", "apps/v1", "undefined"]],
      [
        "spec.template.spec.containers[name=web].image",
        "web:7",
        "web:2",
        "web:2",
        ["bot", "Apply", undefined, "apps/v1", "string"],
      ],
    ]);
    expect(at(applied, "metadata", "labels")).toEqual({ tier: "web", team: "red" });
    expect(at(applied, "spec")).toMatchObject({ replicas: 2 });
    expect(container(applied)).toMatchObject({ image: "web:7", imagePullPolicy: "Always" });
  });

  test("are told by a prediction as the server tells them", async () => {
    const sample = await deployment();
    await create(sample, "eve", false);
    const manifest = edited(sample.body, (copy) => {
      at(copy, "spec")["replicas"] = 1;
      container(copy)["ports"] = [{ containerPort: 80, name: "http" }];
      container(copy)["image"] = "web:2";
    });
    const { found, contests } = await yieldAll(sample, manifest, deploymentShape);
    const shapeOf = (): Shape => deploymentShape;
    const writer = {
      manager: us,
      apiVersion: "apps/v1",
      time: "2026-01-01T00:00:00Z",
      shapeOf,
      force: false,
    };
    const predicted = applyManifest(found, manifest, writer);
    if (predicted.is === "applied") throw new Error("no conflict");
    expect(contestsOf(predicted.conflicts, manifest, found, deploymentShape)).toEqual(contests);
  });

  test("stay in a key that no field is declared for, which an owner that gives it up takes along", async () => {
    const sample = await custom();
    await apply(sample, sample.body);
    await update(pathOf(sample), "eve", { spec: { sections: { b: { x: "theirs" } } } });
    const manifest = edited(sample.body, (copy) => (at(copy, "spec")["size"] = 2));
    const { applied } = await yieldAll(sample, manifest, shapeOfStructural(schemas.v1));
    expect(at(applied, "spec")).toMatchObject({ size: 2, sections: { b: { x: "theirs" } } });

    const without = edited(manifest, (copy) => Reflect.deleteProperty(at(copy, "spec", "sections"), "b"));
    const { body } = await apply(sample, without);
    expect(Object.keys(at(body, "spec", "sections"))).toEqual(["a"]);
  });
});

describe("fields that move to us", () => {
  const named = (name: string) => (owner: Owner) => owner.manager === name;
  const deploymentEdit = (copy: KubeObject): void => {
    Reflect.deleteProperty(at(copy, "metadata", "labels"), "team");
    at(copy, "spec", "template", "spec")["containers"] = [container(copy)];
    (container(copy)["env"] as Json[]).pop();
    container(copy)["image"] = "web:2";
  };
  const configMapEdit = (copy: KubeObject): void => {
    copy["data"] = { kept: "3" };
  };
  const customEdit = (copy: KubeObject): void => {
    copy["spec"] = { sections: { a: { kept: "3" } } };
  };
  const kinds: [string, () => Promise<Sample>, (copy: KubeObject) => void][] = [
    ["Deployment", deployment, deploymentEdit],
    ["ConfigMap", configMap, configMapEdit],
    ["custom resource", custom, customEdit],
  ];
  const clients: [string, (sample: Sample) => Promise<unknown>, (owner: Owner) => boolean, string[]][] = [
    [
      "kubectl apply on the client",
      (sample) => create(sample, "kubectl-client-side-apply", true),
      isClientSide,
      ["kapply Apply", "kubectl-client-side-apply Update"],
    ],
    [
      "kubectl apply on the client under another name",
      (sample) => create(sample, "ci", true),
      isClientSide,
      ["ci Update", "kapply Apply"],
    ],
    [
      "kubectl apply on the server",
      (sample) => apply(sample, sample.body, "kubectl"),
      named("kubectl"),
      ["kapply Apply"],
    ],
    ["a client that updates", (sample) => create(sample, "helm", false), named("helm"), ["kapply Apply"]],
  ];
  const cases = kinds.flatMap(([kind, sample, edit]) =>
    clients.map(([who, by, from, left]) => ({ kind, who, sample, edit, by, from, left })),
  );

  test.each(cases)("of a $kind, from $who, go when they are no longer in the manifest", async (one) => {
    const sample = await one.sample();
    await one.by(sample);
    const manifest = edited(sample.body, one.edit);
    // What we would have made of it from the start.
    const pristine = await one.sample();
    await apply(pristine, pristine.body);
    await apply(pristine, manifest);

    await moveToUs(cluster, pathOf(sample), one.from);
    const applied = await apply(sample, manifest);
    expect(applied.status).toBe(200);
    const expected = contentOf(await live(pristine));
    const { annotations, ...content } = contentOf(applied.body);
    expect(content).toEqual(withoutAnnotations(expected));
    expect(getPath(annotations, [record]) === undefined).toBe(one.from !== isClientSide);
    expect(owners(applied.body).filter((owner) => !owner.startsWith("kube-controller"))).toEqual(one.left);
    expect(contentOf((await apply(sample, manifest)).body)).toEqual(contentOf(applied.body));
  });
  const withoutAnnotations = ({ annotations: _, ...content }: KubeObject): KubeObject => content;

  test("are one with what we own already", async () => {
    const sample = await configMap();
    await create(sample, "kubectl-client-side-apply", true);
    await apply(
      sample,
      edited(sample.body, (copy) => (copy["data"] = { kept: "1", ours: "3" })),
    );
    await moveToUs(cluster, pathOf(sample), isClientSide);
    const { body } = await apply(
      sample,
      edited(sample.body, (copy) => (copy["data"] = { kept: "1" })),
    );
    expect(body["data"]).toEqual({ kept: "1" });
  });

  test("leave to others what they changed since", async () => {
    const sample = await deployment();
    await create(sample, "kubectl-client-side-apply", true);
    await scale(sample, 2);
    await moveToUs(cluster, pathOf(sample), isClientSide);
    const manifest = edited(sample.body, (copy) => Reflect.deleteProperty(at(copy, "spec"), "replicas"));
    const { body } = await apply(sample, manifest);
    expect(at(body, "spec")["replicas"]).toBe(2);
  });

  test("do not move where somebody wrote since they were read", async () => {
    const sample = await configMap();
    await create(sample, "helm", false);
    const found = await live(sample);
    const moved = takeOver(found, us, named("helm"));
    await update(pathOf(sample), "eve", { data: { other: "x" } });
    const operations = managedFieldsPatch(found, moved?.object ?? {});
    const reply = await patch(cluster, `${pathOf(sample)}?fieldManager=${us}`, "json-patch+json", operations);
    expect(reply).toMatchObject({ status: 409, body: { reason: "Conflict" } });
    expect(owners(await live(sample))).toEqual(["eve Update", "helm Update"]);
  });

  test("go though they were written in several versions", async () => {
    const first = await custom();
    at(first.body, "spec")["shade"] = "red";
    await create(first, "helm", false);
    const collection = first.collection.replace("/v1/", "/v2/");
    const manifest = {
      apiVersion: `${group}/v2`,
      kind: "Thing",
      metadata: { name: "it" },
      spec: { sections: { a: { kept: "3" } } },
    };
    const sample = { collection, body: manifest };
    await update(pathOf(sample), "helm", { spec: { sections: { c: { x: "y" } } } });
    expect(owners(await live(sample))).toEqual(["helm Update", "helm Update"]);
    await moveToUs(cluster, pathOf(sample), named("helm"));
    const { status, body } = await apply(sample, sample.body);
    expect(status).toBe(200);
    expect(body["spec"]).toEqual(manifest.spec);
    expect(owners(body)).toEqual(["kapply Apply"]);
  });
});
