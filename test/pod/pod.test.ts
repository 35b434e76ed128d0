import { describe, expect, test } from "vitest";
import {
  findControllers,
  ownPodName,
  ownerOf,
  ownerOfPod,
  revisionOf,
  withOwner,
} from "../../src/pod/index.js";
import type { Controlled } from "../../src/pod/index.js";
import type { Revision } from "../../src/lease/index.js";
import type { KubeObject } from "../../src/model.js";
import { target, types } from "../make.js";
import { kinds, live, server } from "./pods.js";

const deployment = live(kinds.deployment, "web");
const revised = { annotations: { "deployment.kubernetes.io/revision": "7" } };
const replicaSet = live(kinds.replicaSet, "web-6d5f", { by: deployment, metadata: revised });
const podName = "web-6d5f-x";
const pod = live(kinds.pod, podName, { by: replicaSet });
const ofDeployment = [deployment, replicaSet, pod];

const find = (held: readonly KubeObject[], name: string, refused?: string): Promise<Controlled> =>
  findControllers("shop", name, server(held, refused).get);
const names = ({ controllers }: Controlled): string[] =>
  controllers.map(({ kind, name }) => `${kind}/${name}`);

describe("which pod this is", () => {
  test("POD_NAME says it, else HOSTNAME", () => {
    expect(ownPodName({ POD_NAME: "a", HOSTNAME: "b" })).toBe("a");
    expect(ownPodName({ HOSTNAME: "b" })).toBe("b");
    expect(() => ownPodName({ HOSTNAME: "" })).toThrow("neither POD_NAME nor HOSTNAME is set");
  });
  test("a name that is no pod's is told with the way out", async () => {
    await expect(find([], "node-1")).rejects.toMatchObject({
      code: "rejected",
      message: "there is no pod node-1 in namespace shop",
      details: { hint: expect.stringContaining("POD_NAME from the field metadata.name") as string },
    });
  });
});

describe("what controls a pod", () => {
  test.each([
    ["a Deployment's", ofDeployment, ["ReplicaSet/web-6d5f", "Deployment/web"]],
    ["one that somebody made", [live(kinds.pod, podName)], []],
    [
      "a StatefulSet's",
      [live(kinds.statefulSet, "db"), live(kinds.pod, podName, { by: live(kinds.statefulSet, "db") })],
      ["StatefulSet/db"],
    ],
  ])("%s pod", async (_, held, expected) => {
    expect(names(await find(held, "web-6d5f-x"))).toEqual(expected);
  });
  test("a CronJob's, through its Job", async () => {
    const cronJob = live(kinds.cronJob, "sync");
    const job = live(kinds.job, "sync-1", { by: cronJob });
    const held = [cronJob, job, live(kinds.pod, "p", { by: job })];
    expect(names(await find(held, "p"))).toEqual(["Job/sync-1", "CronJob/sync"]);
  });
  test("a controller of a kind that is not built in is the end, and is not read", async () => {
    const rollout = live(kinds.rollout, "web");
    const set = live(kinds.replicaSet, "web-1", { by: rollout });
    const { get, asked } = server([set, live(kinds.pod, "p", { by: set })]);
    const found = await findControllers("shop", "p", get);
    expect(asked).toEqual(["pods shop/p", "replicasets shop/web-1"]);
    expect(ownerOfPod(found)).toEqual({
      apiVersion: "argoproj.io/v1",
      kind: "Rollout",
      namespace: "shop",
      name: "web",
      uid: "uid-web",
    });
  });
  test("an owner that is no controller is none", async () => {
    const owners = [{ apiVersion: "v1", kind: "ConfigMap", name: "a", uid: "u" }];
    expect(names(await find([live(kinds.pod, "p", { metadata: { ownerReferences: owners } })], "p"))).toEqual(
      [],
    );
  });
  test("what may not be read is named with the permission that is missing", async () => {
    await expect(find(ofDeployment, "web-6d5f-x", "replicasets")).rejects.toMatchObject({
      code: "forbidden",
      message: 'finding what controls this pod (ReplicaSet web-6d5f): user "web" may not get replicasets',
      details: { hint: "allow get on replicasets" },
    });
  });
  test("a controller that is gone, or another of its name, is told", async () => {
    await expect(find([replicaSet, pod], podName)).rejects.toThrow(
      "the Deployment web, which controls this pod, is gone",
    );
    const another = live(kinds.deployment, "web", { metadata: { uid: "later" } });
    await expect(find([another, replicaSet, pod], podName)).rejects.toThrow("another of its name is there");
  });
  test("controllers that control each other come to an end", async () => {
    const a = live(kinds.job, "a", { by: live(kinds.cronJob, "b") });
    const b = live(kinds.cronJob, "b", { by: a });
    const { controllers } = await find([a, b, live(kinds.pod, "p", { by: a })], "p");
    expect(controllers).toHaveLength(10);
  });
});

describe("--revision auto", () => {
  const revision = async (held: readonly KubeObject[], name: string): Promise<Revision> => {
    const { get } = server(held);
    return revisionOf(await findControllers("shop", name, get), get);
  };
  test("is the ReplicaSet's number of its Deployment, with which Deployment it is", async () => {
    expect(await revision(ofDeployment, podName)).toEqual({
      is: "controller",
      number: 7n,
      of: "deployment.apps/web",
      created: "2026-01-01T00:00:00Z",
      uid: "uid-web",
    });
  });
  test("is the number of the ControllerRevision that a pod of a StatefulSet or DaemonSet is labelled with", async () => {
    const numbered = live(kinds.controllerRevision, "db-abc", { revision: 12 });
    for (const [type, label] of [
      [kinds.statefulSet, "db-abc"],
      [kinds.daemonSet, "abc"],
    ] as const) {
      const set = live(type, "db");
      const member = live(kinds.pod, "db-0", {
        by: set,
        metadata: { labels: { "controller-revision-hash": label } },
      });
      expect(await revision([numbered, set, member], "db-0")).toMatchObject({
        number: 12n,
        of: `${type.kind.toLowerCase()}.apps/db`,
        uid: "uid-db",
      });
    }
  });
  test("is an error for what counts no revisions, and where the number is missing", async () => {
    const job = live(kinds.job, "once");
    await expect(revision([job, live(kinds.pod, "p", { by: job })], "p")).rejects.toMatchObject({
      code: "usage",
      message: "--revision auto: the pod p is of Job once, which counts no revisions",
    });
    await expect(revision([live(kinds.pod, "p")], "p")).rejects.toThrow("the pod p has no controller");
    const set = live(kinds.statefulSet, "db");
    await expect(revision([set, live(kinds.pod, "p", { by: set })], "p")).rejects.toThrow(
      "the StatefulSet db does not tell the revision of this pod",
    );
    const alone = live(kinds.replicaSet, "alone");
    await expect(revision([alone, live(kinds.pod, "p", { by: alone })], "p")).rejects.toThrow(
      "ReplicaSet alone",
    );
  });
});

describe("--owner", () => {
  const owner = ownerOf(deployment);
  const reference = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    name: "web",
    uid: "uid-web",
  };
  const owners = (made: ReturnType<typeof withOwner>): unknown =>
    made.is === "owned" && (made.body["metadata"] as Record<string, unknown>)["ownerReferences"];

  test("self is the top controller, or the pod where there is none", async () => {
    expect(ownerOfPod(await find(ofDeployment, podName))).toEqual(owner);
    expect(ownerOfPod(await find([live(kinds.pod, "p")], "p"))).toMatchObject({
      kind: "Pod",
      name: "p",
      uid: "uid-p",
    });
  });
  test("sets a reference that blocks nothing, beside those of the manifest", () => {
    const plain = target(types.configMap, "a");
    expect(owners(withOwner(plain, owner))).toEqual([reference]);
    expect(plain.body["metadata"]).not.toHaveProperty("ownerReferences");
    const own = { apiVersion: "v1", kind: "Pod", name: "p", uid: "u", controller: true };
    const body = { ...plain.body, metadata: { name: "a", ownerReferences: [own] } };
    expect(owners(withOwner({ ...plain, body }, owner))).toEqual([own, reference]);
  });
  test("one that the manifest names itself stays as it is there", () => {
    const plain = target(types.configMap, "a");
    const own = { ...reference, controller: true };
    const body = { ...plain.body, metadata: { name: "a", ownerReferences: [own] } };
    expect(owners(withOwner({ ...plain, body }, owner))).toEqual([own]);
  });
  test("an owner that is applied by the same run does not own itself", () => {
    const itself = target(types.deployment, "web");
    expect(withOwner(itself, owner)).toEqual({ is: "owned", body: itself.body });
    const older = { ...itself, ref: { ...itself.ref, apiVersion: "apps/v1beta1" } };
    expect(withOwner(older, owner)).toEqual({ is: "owned", body: itself.body });
  });
  test("objects of no namespace, and of another one, are refused with their places", () => {
    expect(withOwner(target(types.namespace, "n"), owner)).toMatchObject({
      is: "refused",
      problem: {
        code: "bad-metadata",
        message: expect.stringContaining(
          "Namespace n is cluster-scoped, and can't be owned by Deployment web",
        ) as string,
        place: { line: 1 },
      },
    });
    expect(withOwner(target(types.configMap, "a", {}, "other"), owner)).toMatchObject({
      is: "refused",
      problem: {
        message: expect.stringContaining("the garbage collector would delete it") as string,
        path: "metadata.namespace",
        place: { line: 10 },
      },
    });
  });
  test("a cluster-scoped object owns nothing", () => {
    expect(() => ownerOf({ apiVersion: "v1", kind: "Node", metadata: { name: "n", uid: "u" } })).toThrow(
      "--owner: Node n is cluster-scoped",
    );
  });
});
