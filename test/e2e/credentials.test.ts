/** The three ways to a server: service account, as in a pod; a proxy that lends its credentials; kubeconfig. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { testCluster } from "../cluster/client.js";
import { startLendingProxy, type LendingProxy } from "../cluster/lending-proxy.js";
import type { RunResult } from "../cluster/run.js";
import { runInPod } from "../cluster/service-account.js";
import { binary, configMap, folder, kapply } from "./kapply.js";
import { accountWith, rule } from "./roles.js";

const cluster = testCluster();

/** A service account that may apply the one ConfigMap `settings`, and nothing else. */
const leastRole = accountWith("applier", [rule("", "configmaps", "get, create, patch", ["settings"])]);

describe("in a pod", () => {
  let namespace = "";
  beforeAll(async () => {
    namespace = await cluster.freshNamespace();
    expect(await kapply(cluster, ["apply", "-n", namespace, "-f", "-"], { input: leastRole })).toMatchObject({
      status: 0,
    });
  });
  const inPod = (args: string[], env: NodeJS.ProcessEnv = {}, input = ""): Promise<RunResult> =>
    runInPod(cluster, {
      namespace,
      serviceAccount: "applier",
      command: process.execPath,
      args: [binary, ...args],
      env,
      input,
    });

  test("a set is applied, found unchanged and diffed with get, create and patch on its names alone", async () => {
    const dir = folder(cluster, { "settings.yaml": configMap("settings", { a: "1" }) });
    expect(await inPod(["apply", "-f", dir])).toMatchObject({
      status: 0,
      stdout: "configmap/settings created\n",
    });
    expect(await inPod(["apply", "-f", dir])).toMatchObject({
      status: 0,
      stdout: "configmap/settings unchanged\n",
    });
    expect(await inPod(["diff", "-f", dir])).toMatchObject({ status: 0, stdout: "" });
    const live = await cluster.get<{ data: unknown }>(`/api/v1/namespaces/${namespace}/configmaps/settings`);
    expect(live.data).toEqual({ a: "1" });
  });
  test("a Role that permits no list is enough for many objects too", async () => {
    const names = Array.from({ length: 12 }, (_, at) => `many-${at}`);
    const role = leastRole.replaceAll("applier", "many").replace("[settings]", `[${names.join(", ")}]`);
    await kapply(cluster, ["apply", "-n", namespace, "-f", "-"], { input: role });
    const set = names.map((name) => configMap(name, { a: "1" })).join("---\n");
    const applyAll = (): Promise<RunResult> =>
      runInPod(cluster, {
        namespace,
        serviceAccount: "many",
        command: process.execPath,
        args: [binary, "apply", "-f", "-", "-o", "json"],
        input: set,
      });
    const summaryOf = ({ stdout }: RunResult): unknown =>
      (JSON.parse(stdout) as { summary: unknown }).summary;
    expect(summaryOf(await applyAll())).toMatchObject({ created: 12, failed: 0 });
    expect(summaryOf(await applyAll())).toMatchObject({ unchanged: 12, failed: 0 });
  });
  test("what the Role does not grant is refused with the missing permission", async () => {
    const refused = await inPod(["apply", "-f", "-"], {}, configMap("other", { a: "1" }));
    expect(refused.status).toBe(3);
    expect(refused.stderr).toContain(`system:serviceaccount:${namespace}:applier`);
  });
  test("whoami says how the server was found, as whom, where, and which version", async () => {
    const { stdout, status } = await inPod(["whoami", "-o", "json"]);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      server: `https://${cluster.host}:${cluster.port}`,
      user: `system:serviceaccount:${namespace}:applier`,
      namespace,
    });
    expect(JSON.parse(stdout)).toMatchObject({
      foundBy: expect.stringMatching(/in-pod/) as string,
      version: expect.stringMatching(/^v1\./) as string,
    });
  });
  test("raw does what curl with token and CA does", async () => {
    const { stdout } = await inPod(["raw", "/api"]);
    expect(JSON.parse(stdout)).toMatchObject({ kind: "APIVersions", versions: ["v1"] });
  });
  test("a lost KUBERNETES_SERVICE_HOST falls back to kubernetes.default.svc, and the error names it", async () => {
    const env = {
      KUBERNETES_SERVICE_HOST: undefined,
      KUBERNETES_SERVICE_PORT: undefined,
      KUBERNETES_SERVICE_PORT_HTTPS: undefined,
    };
    const { stderr, status } = await inPod(["whoami", "--timeout=1s"], env);
    expect(status).toBe(6);
    expect(stderr).toContain("kubernetes.default.svc");
  });
});

describe("through a proxy that holds the credentials, as kubectl proxy does", () => {
  const nothing = { KUBECONFIG: "" };
  let socket = "";
  const proxies: LendingProxy[] = [];
  beforeAll(async () => {
    socket = path.join(folder(cluster, {}), "proxy.sock");
    proxies.push(await startLendingProxy(cluster), await startLendingProxy(cluster, socket));
  });
  afterAll(async () => {
    for (const proxy of proxies) await proxy.stop();
  });

  test("over TCP", async () => {
    const namespace = await cluster.freshNamespace();
    const flag = `--proxy=${proxies[0]?.address ?? ""}`;
    const applied = await kapply(cluster, ["apply", flag, "-n", namespace, "-f", "-"], {
      input: configMap("a", { a: "1" }),
      env: nothing,
    });
    expect(applied).toMatchObject({ status: 0, stdout: "configmap/a created\n" });
    const path = `/api/v1/namespaces/${namespace}/pods`;
    const pods = await kapply(cluster, ["raw", path, flag], { env: nothing });
    expect(JSON.parse(pods.stdout)).toMatchObject({ kind: "PodList" });
  });
  test("over a unix socket", async () => {
    const who = await kapply(cluster, ["whoami", `--proxy=unix:${socket}`, "-o", "json"], { env: nothing });
    expect(who).toMatchObject({ status: 0 });
    expect(JSON.parse(who.stdout)).toMatchObject({ user: await administrator() });
  });
});

/** Whom the administrator's token belongs to. */
async function administrator(): Promise<string> {
  const asked = { apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" };
  const review = await cluster.create<{ status: { userInfo: { username: string } } }>(
    "/apis/authentication.k8s.io/v1/selfsubjectreviews",
    asked,
  );
  return review.status.userInfo.username;
}

describe("by kubeconfig", () => {
  test("with a client certificate, with a token, and as somebody else", async () => {
    const alice = cluster.kubeconfigFor({ user: "alice" });
    const byToken = cluster.kubeconfigFor({ token: cluster.adminToken });
    const who = async (args: string[], KUBECONFIG: string): Promise<string> =>
      (
        JSON.parse(
          (await kapply(cluster, ["whoami", "-o", "json", ...args], { env: { KUBECONFIG } })).stdout,
        ) as { user: string }
      ).user;
    expect(await who([], alice)).toBe("alice");
    expect(await who([`--kubeconfig=${alice}`], cluster.kubeconfig)).toBe("alice");
    expect(await who(["--as=carol", "--as-group=system:authenticated"], byToken)).toBe("carol");
  });

  /** A kubeconfig whose user is an exec plugin that answers with the given status. */
  function withPlugin(status: object, exec: object = {}): string {
    const answer = { apiVersion: "client.authentication.k8s.io/v1", kind: "ExecCredential", status };
    const plugin = {
      apiVersion: "client.authentication.k8s.io/v1",
      command: process.execPath,
      args: ["-p", "process.env.ANSWER"],
      env: [{ name: "ANSWER", value: JSON.stringify(answer) }],
      interactiveMode: "Never",
      ...exec,
    };
    return path.join(
      folder(cluster, {
        config: JSON.stringify({
          apiVersion: "v1",
          kind: "Config",
          clusters: [
            { name: "c", cluster: { server: cluster.server, "certificate-authority": cluster.caFile } },
          ],
          users: [{ name: "u", user: { exec: plugin } }],
          contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
          "current-context": "x",
        }),
      }),
      "config",
    );
  }
  const alice = cluster.users["alice"];

  test("an exec plugin's token, and an exec plugin's certificate", async () => {
    const whoIs = async (KUBECONFIG: string): Promise<unknown> =>
      JSON.parse((await kapply(cluster, ["whoami", "-o", "json"], { env: { KUBECONFIG } })).stdout);
    const byToken = withPlugin({ token: await cluster.tokenFor("default", "robot") });
    expect(await whoIs(byToken)).toMatchObject({ user: "system:serviceaccount:default:robot" });
    const byCertificate = withPlugin({
      clientCertificateData: readFileSync(alice?.certificateFile ?? "", "utf8"),
      clientKeyData: readFileSync(alice?.keyFile ?? "", "utf8"),
    });
    expect(await whoIs(byCertificate)).toMatchObject({ user: "alice" });
  });
  test("an exec plugin that is not there is told with its hint; status 3", async () => {
    const KUBECONFIG = withPlugin({}, { command: "no-such-plugin", installHint: "brew install it" });
    const refused = await kapply(cluster, ["whoami"], { env: { KUBECONFIG } });
    expect(refused.status).toBe(3);
    expect(refused.stderr).toContain("no-such-plugin");
    expect(refused.stderr).toContain("brew install it");
  });
});
