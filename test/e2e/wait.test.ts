/** Waiting for objects whose controllers are us: statuses are written by hand. */
import { describe, expect, test } from "vitest";
import { testCluster } from "../cluster/client.js";
import { actorOf } from "../cluster/audit.js";
import { sleep } from "../cluster/run.js";
import { configMap, crd, kapply } from "./kapply.js";

const cluster = testCluster();

const job = (name: string): string => `
apiVersion: batch/v1
kind: Job
metadata: { name: ${name} }
spec:
  suspend: true
  template: { spec: { restartPolicy: Never, containers: [{ name: c, image: busybox }] } }
`;

async function patchStatus(path: string, status: object): Promise<void> {
  const { status: code, body } = await cluster.request(`${path}/status`, {
    method: "PATCH",
    headers: { "content-type": "application/merge-patch+json" },
    body: JSON.stringify({ status }),
  });
  expect(code, body).toBe(200);
}

/** A kind of ours, whose readiness is a `Ready` condition that nobody writes but the test. */
async function widgets(namespace: string): Promise<{ group: string; path: (name: string) => string }> {
  const group = `${namespace}.example`;
  const definition = crd(
    group,
    "Widget",
    "{ type: object, properties: { size: { type: integer } } }",
  ).replace("storage: true", "storage: true\n      subresources: { status: {} }");
  const withStatus = definition.replace(
    /properties: \{ spec:(.*)\} \} \}\n$/,
    "properties: { spec:$1, status: { type: object, x-kubernetes-preserve-unknown-fields: true } } } }\n",
  );
  const applied = await kapply(cluster, ["apply", "-f", "-"], { input: withStatus });
  expect(applied, applied.stderr).toMatchObject({ status: 0 });
  return { group, path: (name) => `/apis/${group}/v1/namespaces/${namespace}/widgets/${name}` };
}
const widget = (group: string, name: string): string =>
  `apiVersion: ${group}/v1\nkind: Widget\nmetadata: { name: ${name} }\nspec: { size: 1 }\n`;
const condition = (type: string, status: string, reason: string): object => ({
  conditions: [{ type, status, reason, message: "so it is", lastTransitionTime: "2026-01-01T00:00:00Z" }],
});

describe("apply --wait", () => {
  test("ends when all is ready, and says meanwhile what is not and why", async () => {
    const namespace = await cluster.freshNamespace();
    const { group, path } = await widgets(namespace);
    await kapply(cluster, ["apply", "-n", namespace, "-f", "-"], { input: widget(group, "one") });
    await patchStatus(path("one"), condition("Ready", "False", "Starting"));
    const input = [widget(group, "one"), configMap("settings", { a: "1" })].join("---\n");
    const waiting = kapply(cluster, ["apply", "-n", namespace, "-f", "-", "--wait", "--timeout=30s"], {
      input,
    });
    await sleep(2500);
    await patchStatus(path("one"), condition("Ready", "True", "Started"));
    const { status, stdout, stderr } = await waiting;
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: `configmap/settings created\nwidget.${group}/one unchanged\n`,
    });
    expect(stderr).toContain(`waiting for widget.${group}/one: Starting: so it is`);
  });

  test("ends with status 7 when time is up, and says why what was not ready", async () => {
    const namespace = await cluster.freshNamespace();
    const { group, path } = await widgets(namespace);
    await kapply(cluster, ["apply", "-n", namespace, "-f", "-"], { input: widget(group, "one") });
    await patchStatus(path("one"), condition("Ready", "False", "Starting"));
    const args = ["apply", "-n", namespace, "-f", "-", "--wait", "--timeout=2s", "-o", "json"];
    const { status, stdout, stderr } = await kapply(cluster, args, { input: widget(group, "one") });
    expect(status).toBe(7);
    const { results } = JSON.parse(stdout) as { results: { action: string; error: { code: string } }[] };
    expect(results).toMatchObject([{ action: "unchanged", error: { code: "not-ready" } }]);
    expect(stderr).toContain("it is not ready in time: Starting: so it is");
  });

  test("ends at once when an object never will be ready", async () => {
    const namespace = await cluster.freshNamespace();
    const { group, path } = await widgets(namespace);
    const input = [widget(group, "one"), widget(group, "two")].join("---\n");
    await kapply(cluster, ["apply", "-n", namespace, "-f", "-"], { input });
    await patchStatus(path("one"), condition("Ready", "False", "Starting"));
    await patchStatus(path("two"), condition("Stalled", "True", "OutOfLuck"));
    const start = Date.now();
    const { status, stderr } = await kapply(
      cluster,
      ["apply", "-n", namespace, "-f", "-", "--wait", "--timeout=60s"],
      { input },
    );
    expect(status).toBe(7);
    expect(stderr).toContain("it will not become ready by waiting: OutOfLuck: so it is");
    expect(Date.now() - start).toBeLessThan(20_000);
  });
});

const inMetadata = (name: string, line: string): string =>
  configMap(name, { a: "1" }).replace("metadata:", `metadata:\n  ${line}`);

describe("kapply wait", () => {
  test("for what is there already is done at once, by names or a set", async () => {
    const namespace = await cluster.freshNamespace();
    const input = configMap("settings", { a: "1" });
    await kapply(cluster, ["apply", "-n", namespace, "-f", "-"], { input });
    const named = await kapply(cluster, ["wait", "-n", namespace, "cm/settings"]);
    expect(named).toMatchObject({ status: 0, stdout: "configmap/settings ready\n" });
    const set = await kapply(cluster, ["wait", "-n", namespace, "-f", "-"], { input });
    expect(set).toMatchObject({ status: 0, stdout: "configmap/settings ready\n" });
  });

  test("for what comes later: a Secret, then its going", async () => {
    const namespace = await cluster.freshNamespace();
    const path = `/api/v1/namespaces/${namespace}/secrets`;
    const coming = kapply(cluster, ["wait", "-n", namespace, "secret/tls", "--for=create", "--timeout=30s"]);
    await sleep(1500);
    await cluster.create(path, { apiVersion: "v1", kind: "Secret", metadata: { name: "tls" } });
    expect(await coming).toMatchObject({ status: 0 });
    const going = kapply(cluster, ["wait", "-n", namespace, "secret/tls", "--for=delete", "--timeout=30s"]);
    await sleep(1500);
    await cluster.delete(`${path}/tls`);
    expect(await going).toMatchObject({ status: 0, stdout: "secret/tls deleted\n" });
  });

  test("for a kind that is served later, by name or of a set; without its group it is refused at once", async () => {
    const namespace = await cluster.freshNamespace();
    const group = `${namespace}.example`;
    const wait = (args: string[], input = "") =>
      kapply(cluster, ["wait", "-n", namespace, ...args, "--for=create", "--timeout=30s"], { input });
    const named = wait([`widgets.${group}/one`]);
    const ofSet = wait(["-f", "-"], widget(group, "one"));
    const short = wait([`widget${namespace}/one`]);
    expect(await short).toMatchObject({ status: 2 });
    await sleep(1500);
    await widgets(namespace);
    await kapply(cluster, ["apply", "-n", namespace, "-f", "-"], { input: widget(group, "one") });
    for (const ended of [await named, await ofSet]) {
      expect(ended).toMatchObject({ status: 0, stdout: `widget.${group}/one ready\n` });
      expect(ended.stderr).toMatch(
        /^waiting for widgets?\..*\/one: the server does not serve this kind yet$/m,
      );
    }
  });

  test("for a kind that is never served ends with status 7 when time is up", async () => {
    const args = ["wait", "gizmos.nowhere.example/one", "--timeout=2s", "-o", "json"];
    const { status, stdout } = await kapply(cluster, args);
    expect(status).toBe(7);
    const message = "it is not there in time: the server does not serve this kind yet";
    const object = { apiVersion: "nowhere.example", kind: "gizmos", name: "one" };
    const results = [{ ...object, action: "failed", error: { code: "not-ready", message } }];
    expect(JSON.parse(stdout)).toMatchObject({ results, exitStatus: 7 });
  });

  test("for a set ends at once when one of it never will be ready, whatever is not served yet", async () => {
    const namespace = await cluster.freshNamespace();
    const { group, path } = await widgets(namespace);
    await kapply(cluster, ["apply", "-n", namespace, "-f", "-"], { input: widget(group, "one") });
    await patchStatus(path("one"), condition("Stalled", "True", "OutOfLuck"));
    const start = Date.now();
    const input = [widget("nowhere.example", "two"), widget(group, "one")].join("---\n");
    const args = ["wait", "-n", namespace, "-f", "-", "--timeout=60s", "-o", "json"];
    const { status, stdout } = await kapply(cluster, args, { input });
    expect(status).toBe(7);
    expect(Date.now() - start).toBeLessThan(20_000);
    const why = "not there yet: the server does not serve this kind yet";
    const message = "it will not become ready by waiting: OutOfLuck: so it is";
    expect(JSON.parse(stdout)).toMatchObject({
      results: [
        { name: "two", action: "not-attempted", reason: why },
        { name: "one", action: "failed", error: { message } },
      ],
    });
  });

  test("for the going of what has no kind that is served is done at once, by name or of a set", async () => {
    const args = ["wait", "--for=delete", "--timeout=20s"];
    expect(await kapply(cluster, [...args, "gizmos.nowhere.example/one"])).toMatchObject({
      status: 0,
      stdout: "gizmos.nowhere.example/one deleted\n",
    });
    const input = widget("nowhere.example", "one");
    expect(await kapply(cluster, [...args, "-f", "-"], { input })).toMatchObject({
      status: 0,
      stdout: "widget.nowhere.example/one deleted\n",
    });
  });

  test("looks once with --timeout=0, and ends with status 7 and the reasons", async () => {
    const namespace = await cluster.freshNamespace();
    await kapply(cluster, ["apply", "-n", namespace, "-f", "-"], { input: configMap("there", { a: "1" }) });
    const wait = (...args: string[]) => kapply(cluster, ["wait", "-n", namespace, "--timeout=0", ...args]);
    expect(await wait("cm/there")).toMatchObject({ status: 0, stdout: "configmap/there ready\n" });
    const half = await wait("cm/there", "cm/nowhere", "--for=create");
    expect(half).toMatchObject({ status: 7, stdout: "configmap/there ready\nconfigmap/nowhere failed\n" });
    expect(half.stderr).toContain("configmap/nowhere: it is not there in time: it does not exist");
    expect(await wait("gizmos.nowhere.example/one")).toMatchObject({ status: 7 });
    expect(await wait("cm", "-l", "app=nowhere")).toMatchObject({ status: 7 });
  });

  test("for objects by their labels: the first to match, all that match, and until none does", async () => {
    const namespace = await cluster.freshNamespace();
    const wait = (...args: string[]) =>
      kapply(cluster, ["wait", "-n", namespace, "cm", "-l", "app in (web,api)", "--timeout=30s", ...args]);
    const labelled = (name: string, app: string): string => inMetadata(name, `labels: { app: ${app} }`);
    expect(await wait("--for=delete")).toMatchObject({ status: 0, stdout: "" });
    const first = wait("--for=jsonpath={.data.a}=1");
    await sleep(1500);
    const input = [labelled("one", "web"), labelled("two", "api"), labelled("three", "db")].join("---\n");
    const applied = await kapply(cluster, ["apply", "-n", namespace, "-f", "-"], { input });
    expect(applied, applied.stderr).toMatchObject({ status: 0 });
    const ended = await first;
    expect(ended.status).toBe(0);
    expect(ended.stderr).toContain("waiting for cm -l app in (web,api): no object matches yet");
    expect(await wait()).toMatchObject({ status: 0, stdout: "configmap/one ready\nconfigmap/two ready\n" });
    const going = wait("--for=delete", "-o", "json");
    await sleep(1500);
    for (const name of ["one", "two"])
      await cluster.delete(`/api/v1/namespaces/${namespace}/configmaps/${name}`);
    const { status, stdout } = await going;
    const { summary, results } = JSON.parse(stdout) as {
      summary: { deleted: number };
      results: { action: string; milliseconds: number }[];
    };
    expect({ status, deleted: summary.deleted }).toEqual({ status: 0, deleted: 2 });
    expect(results.map(({ action }) => action)).toEqual(["deleted", "deleted"]);
    expect(Math.min(...results.map(({ milliseconds }) => milliseconds))).toBeGreaterThan(500);
  });

  test("for objects by their labels that are replaced meanwhile: those that match then", async () => {
    const namespace = await cluster.freshNamespace();
    const { group, path } = await widgets(namespace);
    const labelled = (name: string): string =>
      widget(group, name).replace("metadata: {", "metadata: { labels: { app: web },");
    const apply = async (name: string, ready: string): Promise<void> => {
      await kapply(cluster, ["apply", "-n", namespace, "-f", "-"], { input: labelled(name) });
      await patchStatus(path(name), condition("Ready", ready, "Set"));
    };
    await apply("old", "False");
    const args = ["-n", namespace, `widgets.${group}`, "-l", "app=web", "--timeout=30s"];
    const [waits, forReady] = ["--for=condition=Ready", "--for=ready"].map((goal) =>
      kapply(cluster, ["wait", ...args, goal]),
    );
    await sleep(2500);
    await cluster.delete(path("old"));
    await sleep(1000);
    await apply("new", "True");
    for (const ended of [await waits, await forReady]) {
      expect(ended, ended?.stderr).toMatchObject({ status: 0, stdout: `widget.${group}/new ready\n` });
      expect(ended?.stderr).toContain("widget.");
      expect(ended?.stderr).toContain("it is gone, and is not waited for any longer");
    }
  });

  test("for several until they are ready together: one that was ready and is deleted is waited for again", async () => {
    const namespace = await cluster.freshNamespace();
    const { group, path } = await widgets(namespace);
    const input = [widget(group, "one"), widget(group, "two")].join("---\n");
    await kapply(cluster, ["apply", "-n", namespace, "-f", "-"], { input });
    await patchStatus(path("one"), condition("Ready", "True", "Set"));
    await patchStatus(path("two"), condition("Ready", "False", "Starting"));
    const wait = (goal: string) =>
      kapply(cluster, ["wait", "-n", namespace, "-f", "-", "--timeout=7s", goal], { input });
    const [forReady, forCondition] = [wait("--for=ready"), wait("--for=condition=Ready")];
    await sleep(2500);
    await cluster.delete(path("one"));
    await sleep(500);
    await patchStatus(path("two"), condition("Ready", "True", "Set"));
    expect(await forCondition).toMatchObject({ status: 0 });
    const { status, stderr } = await forReady;
    expect(status).toBe(7);
    expect(stderr).toContain(`waiting for widget.${group}/one: it was deleted during the wait`);
    expect(stderr).toContain("it is not ready in time: it was deleted during the wait");
  });

  test("tells objects of one name in two namespaces apart", async () => {
    const [one, other] = [await cluster.freshNamespace(), await cluster.freshNamespace()];
    const input = [one, other].map((namespace) => inMetadata("web", `namespace: ${namespace}`)).join("---\n");
    const args = ["wait", "-f", "-", "--for=create", "--timeout=2s"];
    const { status, stderr } = await kapply(cluster, args, { input });
    expect(status).toBe(7);
    for (const namespace of [one, other])
      expect(stderr).toContain(`waiting for configmap/web in namespace ${namespace}: it does not exist\n`);
  });

  test("for a Service until somebody answers behind it", async () => {
    const namespace = await cluster.freshNamespace();
    await cluster.create(`/api/v1/namespaces/${namespace}/services`, {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "db" },
      spec: { ports: [{ name: "sql", port: 5432 }] },
    });
    const waiting = kapply(cluster, ["wait", "-n", namespace, "svc/db", "--timeout=30s"]);
    await sleep(1500);
    await cluster.create(`/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`, {
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      metadata: { name: "db-1", labels: { "kubernetes.io/service-name": "db" } },
      addressType: "IPv4",
      ports: [{ name: "sql", port: 5432, protocol: "TCP" }],
      endpoints: [{ addresses: ["10.1.1.1"], conditions: { ready: true } }],
    });
    expect(await waiting).toMatchObject({ status: 0, stdout: "service/db ready\n" });
  });

  test("for a Job that has failed ends at once; for a condition and a value", async () => {
    const namespace = await cluster.freshNamespace();
    const { group, path } = await widgets(namespace);
    await kapply(cluster, ["apply", "-n", namespace, "-f", "-"], { input: widget(group, "one") });
    await patchStatus(path("one"), { ...condition("Polished", "True", "Shiny"), phase: "Done" });
    const wait = (...args: string[]) => kapply(cluster, ["wait", "-n", namespace, ...args, "--timeout=3s"]);
    expect(await wait(`widgets.${group}/one`, "--for=condition=Polished")).toMatchObject({ status: 0 });
    expect(await wait(`widget.${group}/one`, "--for=jsonpath={.status.phase}=Done")).toMatchObject({
      status: 0,
    });
    const never = await wait(`widget.v1.${group}/one`, "--for=jsonpath={.status.phase}=Lost");
    expect(never.status).toBe(7);
    await kapply(cluster, ["apply", "-n", namespace, "-f", "-"], { input: job("migrate") });
    const suspended = await wait("job/migrate");
    expect(suspended.status).toBe(7);
    expect(suspended.stderr).toContain("job.batch/migrate");
  });

  test("costs a list and a watch for each kind and namespace, not a request for each object", async () => {
    const namespace = await cluster.freshNamespace();
    const input = Array.from({ length: 40 }, (_, at) => configMap(`cm-${at}`, { a: "1" })).join("---\n");
    await kapply(cluster, ["apply", "-n", namespace, "-f", "-"], { input });
    const user = `waiter-${namespace}`;
    const asUser = [`--as=${user}`, "--as-group=system:masters"];
    expect(await kapply(cluster, ["wait", "-n", namespace, "-f", "-", ...asUser], { input })).toMatchObject({
      status: 0,
    });
    const verbs = (await cluster.readAudit())
      .filter((event) => actorOf(event) === user)
      .map(({ verb }) => verb);
    expect(verbs.length).toBeLessThanOrEqual(2);
  });

  test.each([
    [["wait"], "wait needs objects"],
    [["wait", "cm"], "cm names no object"],
    [["wait", "cm/a", "-f", "-"], "not both"],
    [["wait", "cm/a", "-l", "app=web"], "-l chooses objects by their labels"],
    [["wait", "cm", "-l", "app in ("], "can't be read"],
    [["wait", "frobs/a"], 'no kind that is called "frobs"'],
    [["wait", "cm", "-l", ""], "-l is empty"],
    [["wait", "gizmos/a", "--for=delete"], "with its whole group, a kind that is not served counts as gone"],
    [["wait", "cm/a", "--for=redy"], "ready"],
  ])("%j is refused with a reason; status 2", async (args, words) => {
    const { status, stderr } = await kapply(cluster, args, { input: "" });
    expect(status).toBe(2);
    expect(stderr).toContain(words);
  });
});
