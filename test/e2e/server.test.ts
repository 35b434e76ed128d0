/** What the rest of the suite takes for granted of the server that it runs against, and of pods. */
import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { isController, isWrite } from "../cluster/audit.js";
import { testCluster } from "../cluster/client.js";
import { runInPod, serviceAccountFiles } from "../cluster/service-account.js";

const cluster = testCluster();

describe("the server for tests", () => {
  test("knows its users by client certificate, and permits them nothing", async () => {
    const path = "/apis/authentication.k8s.io/v1/selfsubjectreviews";
    const asked = { apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" };
    const headers = { "content-type": "application/json" };
    const options = { method: "POST", headers, body: JSON.stringify(asked), user: "alice" };
    expect(JSON.parse((await cluster.request(path, options)).body)).toMatchObject({
      status: { userInfo: { username: "alice", groups: ["system:authenticated"] } },
    });
    const refused = await cluster.request("/api/v1/namespaces/default/configmaps", { user: "alice" });
    expect(refused.body).toContain('User \\"alice\\" cannot list resource \\"configmaps\\"');
  });

  test("answers 401 to an unknown token and 403 to nobody", async () => {
    const path = "/api/v1/namespaces/default/configmaps";
    expect((await cluster.request(path, { token: "unknown" })).status).toBe(401);
    expect((await cluster.request(path, { token: "" })).status).toBe(403);
  });

  test("denies a service account what no Role grants, and permits what one does", async () => {
    const namespace = await cluster.freshNamespace();
    const token = await cluster.tokenFor(namespace, "reader");
    const configMaps = `/api/v1/namespaces/${namespace}/configmaps`;
    expect((await cluster.request(configMaps, { token })).status).toBe(403);

    const rules = [{ apiGroups: [""], resources: ["configmaps"], verbs: ["list"] }];
    const subjects = [{ kind: "ServiceAccount", name: "reader", namespace }];
    const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "read" };
    const rbac = { apiVersion: "rbac.authorization.k8s.io/v1", metadata: { name: "read" } };
    const path = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}`;
    await cluster.create(`${path}/roles`, { ...rbac, kind: "Role", rules });
    await cluster.create(`${path}/rolebindings`, { ...rbac, kind: "RoleBinding", roleRef, subjects });
    await expect.poll(async () => (await cluster.request(configMaps, { token })).status).toBe(200);
    expect((await cluster.request(`/api/v1/namespaces/${namespace}/secrets`, { token })).status).toBe(403);
  });

  test("logs each write with its user, and reads as what they are", async () => {
    const namespace = await cluster.freshNamespace();
    const configMaps = `/api/v1/namespaces/${namespace}/configmaps`;
    const settings = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "settings" } };
    await cluster.get(configMaps);
    await cluster.create(configMaps, settings);
    await cluster.get(`${configMaps}/settings`);
    await cluster.request(`${configMaps}/settings`, { user: "alice" });
    const events = (await cluster.readAudit()).filter(
      ({ objectRef }) => objectRef?.resource === "configmaps",
    );
    const mine = events.filter(({ objectRef }) => objectRef?.namespace === namespace);
    const ours = mine.filter((event) => !isController(event));
    expect(ours.map(({ verb, requestURI }) => `${verb} ${requestURI.replace(/\?.*/, "")}`)).toEqual([
      `list ${configMaps}`,
      `create ${configMaps}`,
      `get ${configMaps}/settings`,
      `get ${configMaps}/settings`,
    ]);
    expect(ours.map(isWrite)).toEqual([false, true, false, false]);
    expect(ours.map(({ user }) => user.username === "alice")).toEqual([false, false, false, true]);
  });
});

describe("a command run as in a pod", () => {
  const whoAmI = `
    const { readFileSync } = require("node:fs");
    const dir = "/var/run/secrets/kubernetes.io/serviceaccount/";
    const read = (name) => readFileSync(dir + name, "utf8");
    const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT_HTTPS: port } = process.env;
    const headers = { authorization: "Bearer " + read("token"), "content-type": "application/json" };
    const path = "/apis/authentication.k8s.io/v1/selfsubjectreviews";
    const options = { host, port, path, method: "POST", headers, ca: read("ca.crt") };
    const request = require("node:https").request(options, (response) => {
      let text = "";
      response.on("data", (chunk) => (text += chunk));
      response.on("end", () => console.log(read("namespace"), JSON.parse(text).status.userInfo.username));
    });
    request.end(JSON.stringify({ apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" }));`;

  test("finds its service account's files at their real path and is let in with them", async () => {
    const namespace = await cluster.freshNamespace();
    const { status, stdout, stderr } = await runInPod(cluster, {
      namespace,
      serviceAccount: "applier",
      command: process.execPath,
      args: ["-e", whoAmI],
    });
    expect({ status, stdout, stderr }).toEqual({
      status: 0,
      stdout: `${namespace} system:serviceaccount:${namespace}:applier\n`,
      stderr: "",
    });
  });

  test("can't write those files, and leaves none on the machine", async () => {
    const script = "cd /var/run/secrets/kubernetes.io/serviceaccount && cat namespace && : >token";
    const pod = { namespace: "default", serviceAccount: "default", command: "/bin/sh", args: ["-c", script] };
    const { status, stdout, stderr } = await runInPod(cluster, pod);
    expect(stdout).toBe("default");
    expect(stderr).toMatch(/read-only/i);
    expect(status).not.toBe(0);
    expect(existsSync("/var/run/secrets/kubernetes.io/serviceaccount")).toBe(false);
  });

  test("sees nothing of the person's own set-up", async () => {
    const script = 'echo "$PWD ${KUBECONFIG-unset} ${KAPPLY_TEST_CLUSTER-unset} $(ls -A "$HOME" | wc -l)"';
    const pod = { namespace: "default", serviceAccount: "default", command: "/bin/sh", args: ["-c", script] };
    expect((await runInPod(cluster, pod)).stdout).toBe("/ unset unset 0\n");
  });

  test("sees a rotated token while it runs", async () => {
    const files = await serviceAccountFiles(cluster, { namespace: "default", name: "rotated" });
    const token = "/var/run/secrets/kubernetes.io/serviceaccount/token";
    const script = `echo started; until grep -q '^rotated$' ${token}; do sleep 0.05; done; echo seen`;
    const running = runInPod(cluster, {
      namespace: "default",
      serviceAccount: "rotated",
      files,
      command: "/bin/sh",
      args: ["-c", script],
    });
    files.replaceToken("rotated\n");
    expect((await running).stdout).toBe("started\nseen\n");
    files.remove();
  });
});
