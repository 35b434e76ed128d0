/** `@kubernetes/client-node` on the sandbox as on a real API server. */
// Its models are classes that nobody makes: it takes and documents plain objects.
/* eslint @typescript-eslint/no-unsafe-class-instance-assignment: off */
import {
  AppsV1Api,
  CoreV1Api,
  CustomObjectsApi,
  KubeConfig,
  KubernetesObjectApi,
  makeInformer,
  PatchStrategy,
  setHeaderOptions,
  Watch,
  type V1ConfigMap,
} from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Cluster } from "../../cluster/client.js";
import { crd } from "../kapply.js";
import { startPair, type Pair } from "./pair.js";

let pair: Pair;
beforeAll(async () => {
  pair = await startPair();
});
afterAll(() => pair.stop());

const namespace = "default";

function configOf(cluster: Cluster): KubeConfig {
  const config = new KubeConfig();
  config.loadFromFile(cluster.kubeconfig);
  return config;
}

describe.each(["real", "sandbox"] as const)("on the %s server", (which) => {
  let config: KubeConfig;
  let core: CoreV1Api;
  beforeAll(() => {
    config = configOf(pair[which]);
    core = config.makeApiClient(CoreV1Api);
  });
  const named = (name: string, data: Record<string, string>): V1ConfigMap => ({ metadata: { name }, data });

  test("creates, reads, lists, replaces and deletes", async () => {
    const created = await core.createNamespacedConfigMap({ namespace, body: named("made", { a: "1" }) });
    expect(created.metadata).toMatchObject({ name: "made", namespace });
    expect(created.metadata?.creationTimestamp).toBeInstanceOf(Date);
    await expect(
      core.createNamespacedConfigMap({ namespace, body: named("made", {}) }),
    ).rejects.toMatchObject({ code: 409 });

    const { items, metadata } = await core.listNamespacedConfigMap({
      namespace,
      fieldSelector: "metadata.name=made",
    });
    expect(items.map(({ data }) => data)).toEqual([{ a: "1" }]);
    expect(metadata?.resourceVersion).toMatch(/^\d+$/);

    const body = { metadata: created.metadata ?? {}, data: { a: "2" } };
    await core.replaceNamespacedConfigMap({ name: "made", namespace, body });
    await expect(core.replaceNamespacedConfigMap({ name: "made", namespace, body })).rejects.toMatchObject({
      code: 409,
    });
    expect((await core.readNamespacedConfigMap({ name: "made", namespace })).data).toEqual({ a: "2" });

    await core.deleteNamespacedConfigMap({ name: "made", namespace });
    await expect(core.readNamespacedConfigMap({ name: "made", namespace })).rejects.toMatchObject({
      code: 404,
    });
  });

  test("lists in pieces", async () => {
    for (let at = 0; at < 5; at++)
      await core.createNamespacedConfigMap({
        namespace,
        body: { metadata: { name: `piece-${at}`, labels: { pieces: "yes" } } },
      });
    const names: string[] = [];
    let _continue: string | undefined;
    do {
      const page = await core.listNamespacedConfigMap({
        namespace,
        labelSelector: "pieces",
        limit: 2,
        ...(_continue && { _continue }),
      });
      expect(page.items.length).toBeLessThanOrEqual(2);
      names.push(...page.items.map(({ metadata }) => metadata?.name ?? ""));
      _continue = page.metadata?._continue;
    } while (_continue);
    expect(names).toEqual(["piece-0", "piece-1", "piece-2", "piece-3", "piece-4"]);
  });

  test("patches in every way", async () => {
    const apps = config.makeApiClient(AppsV1Api);
    const containers = [{ name: "web", image: "nginx:1" }];
    const spec = {
      selector: { matchLabels: { app: "web" } },
      template: { metadata: { labels: { app: "web" } }, spec: { containers } },
    };
    await apps.createNamespacedDeployment({ namespace, body: { metadata: { name: "web" }, spec } });
    const patch = async (strategy: PatchStrategy, body: object, more: object = {}) =>
      apps.patchNamespacedDeployment(
        { name: "web", namespace, body, ...more },
        setHeaderOptions("Content-Type", strategy),
      );

    const strategic = await patch(PatchStrategy.StrategicMergePatch, {
      spec: { template: { spec: { containers: [{ name: "side", image: "busybox" }] } } },
    });
    expect(strategic.spec?.template.spec?.containers.map(({ name }) => name)).toEqual(["side", "web"]);

    const merged = await patch(PatchStrategy.MergePatch, {
      spec: { replicas: 3 },
      metadata: { labels: { a: "b" } },
    });
    expect(merged.spec?.replicas).toBe(3);

    const operations = [{ op: "replace", path: "/spec/replicas", value: 4 }];
    expect((await patch(PatchStrategy.JsonPatch, operations)).spec?.replicas).toBe(4);

    const applied = {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "web" },
      spec: { replicas: 5 },
    };
    await expect(
      patch(PatchStrategy.ServerSideApply, applied, { fieldManager: "node" }),
    ).rejects.toMatchObject({ code: 409 });
    const forced = await patch(PatchStrategy.ServerSideApply, applied, { fieldManager: "node", force: true });
    expect(forced.spec?.replicas).toBe(5);
    const managers = forced.metadata?.managedFields?.map(
      ({ manager, operation }) => `${operation} ${manager}`,
    );
    expect(managers).toContain("Apply node");
    await apps.deleteNamespacedDeployment({ name: "web", namespace });
  });

  test("watches", async () => {
    const from = (await core.listNamespacedConfigMap({ namespace })).metadata?.resourceVersion;
    const seen: string[] = [];
    const path = `/api/v1/namespaces/${namespace}/configmaps`;
    const ended = deferred<unknown>();
    const query = { resourceVersion: from, labelSelector: "watched=yes" };
    const abort = await new Watch(config).watch(
      path,
      query,
      (phase, { data }: V1ConfigMap) => seen.push(`${phase} ${JSON.stringify(data)}`),
      (error: unknown) => ended.resolve(error),
    );
    const metadata = { name: "watched", labels: { watched: "yes" } };
    await core.createNamespacedConfigMap({ namespace, body: { metadata, data: { a: "1" } } });
    await core.replaceNamespacedConfigMap({
      name: "watched",
      namespace,
      body: { metadata, data: { a: "2" } },
    });
    await core.deleteNamespacedConfigMap({ name: "watched", namespace });
    await expect
      .poll(() => seen, { timeout: 10_000 })
      .toEqual(['ADDED {"a":"1"}', 'MODIFIED {"a":"2"}', 'DELETED {"a":"2"}']);
    abort.abort();
    await ended.promise;
  });

  test("keeps an informer up to date", async () => {
    await core.createNamespacedConfigMap({
      namespace,
      body: { metadata: { name: "before", labels: { informed: "yes" } } },
    });
    const selector = "informed=yes";
    const list = () => core.listNamespacedConfigMap({ namespace, labelSelector: selector });
    const informer = makeInformer(config, `/api/v1/namespaces/${namespace}/configmaps`, list, selector);
    const names = (): string[] =>
      informer
        .list()
        .map(({ metadata }) => metadata?.name ?? "")
        .sort();
    await informer.start();
    try {
      await expect.poll(names).toEqual(["before"]);
      await core.createNamespacedConfigMap({
        namespace,
        body: { metadata: { name: "after", labels: { informed: "yes" } } },
      });
      await expect.poll(names).toEqual(["after", "before"]);
      await core.deleteNamespacedConfigMap({ name: "before", namespace });
      await expect.poll(names).toEqual(["after"]);
    } finally {
      await informer.stop();
    }
  });

  test("finds kinds by discovery, those of CRDs too", async () => {
    const group = "node.example";
    const definition = crd(group, "Part", "{ type: object, properties: { size: { type: integer } } }");
    const definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    await pair[which].apply(`${definitions}/parts.${group}`, definition);
    await expect
      .poll(async () => (await pair[which].request(`/apis/${group}/v1/parts`)).status, { timeout: 20_000 })
      .toBe(200);

    const objects = KubernetesObjectApi.makeApiClient(config);
    const part = {
      apiVersion: `${group}/v1`,
      kind: "Part",
      metadata: { name: "one", namespace },
      spec: { size: 1 },
    };
    expect(await objects.create(part)).toMatchObject({ spec: { size: 1 } });
    const bigger = { ...part, spec: { size: 2 } };
    const patched = await objects.patch(
      bigger,
      undefined,
      undefined,
      "node",
      true,
      PatchStrategy.ServerSideApply,
    );
    expect(patched).toMatchObject({ spec: { size: 2 } });

    const customs = config.makeApiClient(CustomObjectsApi);
    const listed: unknown = await customs.listNamespacedCustomObject({
      group,
      version: "v1",
      namespace,
      plural: "parts",
    });
    expect(listed).toMatchObject({ kind: "PartList", items: [{ spec: { size: 2 } }] });
    expect(await objects.delete(part)).toMatchObject({ status: "Success" });
  });
});

/** A promise and what resolves it. */
function deferred<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => (resolve = settle));
  return { promise, resolve };
}
