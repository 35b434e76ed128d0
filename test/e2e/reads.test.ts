/** How what is live is read: in how many requests, and what kapply takes for granted of a server's lists. */
import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { actorOf } from "../cluster/audit.js";
import { testCluster } from "../cluster/client.js";
import { configMap, crd, kapply } from "./kapply.js";

const cluster = testCluster();

/** Applies a set as a user of a name of its own, and tells what kapply said and what it asked the server. */
async function applyAs(
  input: string,
  user = `reader-${randomBytes(4).toString("hex")}`,
  group = ["--as-group=system:masters"],
): Promise<{ stdout: string; stderr: string; status: number | null; asked: string[] }> {
  const args = ["apply", "-f", "-", `--as=${user}`, ...group];
  const { stdout, stderr, status } = await kapply(cluster, args, { input });
  const events = (await cluster.readAudit()).filter((event) => actorOf(event) === user);
  return { stdout, stderr, status, asked: events.map(({ verb, requestURI }) => `${verb} ${requestURI}`) };
}

const join = (documents: readonly string[]): string => documents.join("---\n");
const numbered = (count: number, prefix: string): string[] =>
  Array.from({ length: count }, (_, at) => `${prefix}-${String(at).padStart(4, "0")}`);

const head = (apiVersion: string, kind: string, name: string): string =>
  `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: { name: ${JSON.stringify(name)} }\n`;
const rbac = "rbac.authorization.k8s.io";

/** A manifest of each of five kinds. */
const fiveKinds: ((name: string) => string)[] = [
  (name) => configMap(name, { a: "1" }),
  (name) => `${head("v1", "Secret", name)}data: { a: MQ== }\n`,
  (name) => head("v1", "ServiceAccount", name),
  (name) =>
    `${head(`${rbac}/v1`, "Role", name)}rules: [{ apiGroups: [""], resources: [pods], verbs: [get] }]\n`,
  (name) =>
    `${head(`${rbac}/v1`, "RoleBinding", name)}roleRef: { apiGroup: ${rbac}, kind: Role, name: ${name} }\n` +
    `subjects: [{ kind: ServiceAccount, name: ${name} }]\n`,
];

const inNamespace = (namespace: string, manifest: string): string =>
  manifest
    .replace("metadata: {", `metadata: { namespace: ${namespace},`)
    .replace("metadata:\n", `metadata:\n  namespace: ${namespace}\n`);

test("a thousand unchanged objects of five kinds and their namespace are six requests, none of which writes", async () => {
  const namespace = `reads-${randomBytes(4).toString("hex")}`;
  const objects = fiveKinds.flatMap((kind) => numbered(200, "one").map(kind));
  const set = join([
    // One with nothing but its name has no managed fields, and so the server is asked about it.
    `apiVersion: v1\nkind: Namespace\nmetadata: { name: ${namespace}, labels: { team: readers } }\n`,
    ...objects.map((one) => inNamespace(namespace, one)),
  ]);
  expect(await applyAs(set)).toMatchObject({ status: 0 });
  const again = await applyAs(set);
  expect(again).toMatchObject({
    status: 0,
    stderr: expect.stringContaining("1001 objects: 1001 unchanged") as string,
  });
  expect(again.asked.map((one) => one.split(" ")[0]).sort()).toEqual([
    "get",
    ...Array<string>(5).fill("list"),
  ]);
});

describe("a namespace that holds far more than ours", () => {
  test("costs a page, and a GET for each of ours", async () => {
    const namespace = await cluster.freshNamespace();
    const apply = (names: string[]): ReturnType<typeof applyAs> =>
      applyAs(join(names.map((name) => inNamespace(namespace, configMap(name, { a: "1" })))));
    expect(await apply(numbered(600, "foreign"))).toMatchObject({ status: 0 });
    const ours = numbered(12, "ours");
    const created = await apply(ours);
    expect(created.stdout.trimEnd().split("\n").sort()).toEqual(
      ours.map((name) => `configmap/${name} created`),
    );
    const again = await apply(ours);
    expect(again).toMatchObject({ status: 0, stderr: expect.stringContaining("12 unchanged") as string });
    const path = `/api/v1/namespaces/${namespace}/configmaps`;
    expect(again.asked.sort()).toEqual([
      ...ours.map((name) => `get ${path}/${name}`),
      `list ${path}?limit=74`,
    ]);
  });
});

test("where only GET is permitted, GETs tell what is unchanged", async () => {
  const namespace = await cluster.freshNamespace();
  const user = `getter-${randomBytes(4).toString("hex")}`;
  const names = numbered(10, "one");
  const set = join(names.map((name) => inNamespace(namespace, configMap(name, { a: "1" }))));
  expect(await applyAs(set)).toMatchObject({ status: 0 });
  const roles = [
    `${head(`${rbac}/v1`, "Role", "getter")}rules: [{ apiGroups: [""], resources: [configmaps], verbs: [get] }]\n`,
    `${head(`${rbac}/v1`, "RoleBinding", "getter")}roleRef: { apiGroup: ${rbac}, kind: Role, name: getter }\n` +
      `subjects: [{ apiGroup: ${rbac}, kind: User, name: ${user} }]\n`,
  ];
  expect(await applyAs(join(roles.map((one) => inNamespace(namespace, one))))).toMatchObject({ status: 0 });
  const again = await applyAs(set, user, []);
  expect(again).toMatchObject({ status: 0, stderr: expect.stringContaining("10 unchanged") as string });
  expect(again.asked.map((one) => one.split(" ")[0]).sort()).toEqual([
    ...Array<string>(10).fill("get"),
    "list",
  ]);
});

describe("a server's lists", () => {
  interface List {
    metadata: { continue?: string; remainingItemCount?: number };
    items: { metadata: { name: string } }[];
  }

  /** The names that a list gives in pages of three, and how many objects the server says follow each page. */
  async function paged(path: string): Promise<{ names: string[]; remaining: number[] }> {
    const [names, remaining]: [string[], number[]] = [[], []];
    for (let token: string | undefined = ""; token !== undefined;) {
      const query: string = token === "" ? "" : `&continue=${encodeURIComponent(token)}`;
      const { metadata, items }: List = await cluster.get(`${path}?limit=3${query}`);
      names.push(...items.map((item) => item.metadata.name));
      remaining.push(metadata.remainingItemCount ?? 0);
      token = metadata.continue === "" ? undefined : metadata.continue;
    }
    return { names, remaining };
  }

  const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
  // In none of the orders that a person would choose.
  const names = ["a.b", "ab", "a", "a-b", "a0", "a00", "a-0", "b", "a10", "a9", "a-b.c", "0"];

  test.each([
    ["ConfigMaps", (name: string) => head("v1", "ConfigMap", name), "/api/v1", "configmaps", names],
    [
      "custom resources",
      (name: string) => head("reads.example/v1", "Reading", name),
      "/apis/reads.example/v1",
      "readings",
      names,
    ],
    [
      "Services",
      (name: string) => `${head("v1", "Service", name)}spec: { ports: [{ port: 80 }] }\n`,
      "/api/v1",
      "services",
      ["s-b", "s", "sb", "s0", "s-0"],
    ],
  ])("come by name, and tell how much follows: %s", async (_what, manifest, prefix, plural, of) => {
    const namespace = await cluster.freshNamespace();
    const crds = plural === "readings" ? [crd("reads.example", "Reading", "{ type: object }")] : [];
    const set = join([...crds, ...of.map((name) => inNamespace(namespace, manifest(name)))]);
    expect(await applyAs(set)).toMatchObject({ status: 0 });
    const listed = await paged(`${prefix}/namespaces/${namespace}/${plural}`);
    expect(listed.names).toEqual([...listed.names].sort(byBytes));
    expect(listed.names).toEqual(expect.arrayContaining(of));
    expect(listed.remaining).toEqual(
      listed.remaining.map((_, at) => Math.max(0, listed.names.length - 3 * (at + 1))),
    );
  });

  test("come by name where objects lie in no namespace, and have names that only RBAC allows", async () => {
    const prefix = `reads-${randomBytes(4).toString("hex")}`;
    const of = ["b", ":a", "A", "a:b", "_", "\u{fffd}", "é"].map((name) => `${prefix}${name}`);
    const set = join(of.map((name) => `${head(`${rbac}/v1`, "ClusterRole", name)}rules: []\n`));
    expect(await applyAs(set)).toMatchObject({ status: 0 });
    const path = `/apis/${rbac}/v1/clusterroles`;
    const listed = (await paged(path)).names.filter((name) => name.startsWith(prefix));
    await Promise.all(of.map((name) => cluster.delete(`${path}/${encodeURIComponent(name)}`)));
    expect(listed).toEqual([...of].sort(byBytes));
  });
});
