import { rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { authority, devCert } from "./pems.js";
import { pod, world } from "./world.js";

describe("in a pod", () => {
  test("server, token, authority and namespace are those of the service account", async () => {
    const { find, root } = pod();
    expect(await find()).toEqual({
      server: "https://10.96.0.1:443",
      tls: { ca: { pem: authority, from: join(root, "sa/ca.crt") }, insecureSkipVerify: false },
      credential: { kind: "token-file", path: join(root, "sa/token") },
      namespace: "team-a",
      namespaceFrom: join(root, "sa/namespace"),
      foundBy: "in-pod service account",
      viaKubectlProxy: false,
    });
  });

  test.each([
    ["the HTTPS port first", { KUBERNETES_SERVICE_PORT: "80" }, "https://10.96.0.1:443"],
    [
      "the plain port else",
      { KUBERNETES_SERVICE_PORT_HTTPS: "", KUBERNETES_SERVICE_PORT: "6443" },
      "https://10.96.0.1:6443",
    ],
    ["IPv6 in brackets", { KUBERNETES_SERVICE_HOST: "fd00::1" }, "https://[fd00::1]:443"],
    ["brackets that are there", { KUBERNETES_SERVICE_HOST: "[fd00::1]" }, "https://[fd00::1]:443"],
    ["a name", { KUBERNETES_SERVICE_HOST: "api.example" }, "https://api.example:443"],
    [
      "the service's name without variables",
      { KUBERNETES_SERVICE_HOST: "" },
      "https://kubernetes.default.svc",
    ],
  ])("%s", async (_what, env, server) => {
    expect((await pod(env).find()).server).toBe(server);
  });

  test.each([
    ["no port", { KUBERNETES_SERVICE_PORT_HTTPS: "" }, "KUBERNETES_SERVICE_HOST is set, but neither"],
    ["a port that is none", { KUBERNETES_SERVICE_PORT_HTTPS: "tcp://1.2.3.4:443" }, "is no port"],
    ["a port out of range", { KUBERNETES_SERVICE_PORT_HTTPS: "70000" }, "is no port"],
    ["a host that is none", { KUBERNETES_SERVICE_HOST: "a/b@c" }, "neither an address nor a host name"],
  ])("%s is an error", async (_what, env, message) => {
    expect((await pod(env).fails()).message).toContain(message);
  });

  test("an empty token, a missing authority and one that is none are errors", async () => {
    const made = pod();
    made.write("sa/token", " \n");
    expect((await made.fails()).message).toBe(`the service account's token: ${made.root}/sa/token is empty`);
    made.write("sa/token", "t");
    made.write("sa/ca.crt", "nothing");
    expect((await made.fails()).message).toContain("holds no certificate");
    rmSync(join(made.root, "sa/ca.crt"));
    const error = await made.fails();
    expect(error.message).toContain("the cluster's certificate authority: cannot read");
    expect(error.details.hint).toContain("--certificate-authority");
  });

  test("flags replace the credential and the authority, and act as somebody else", async () => {
    const made = pod();
    made.write("work/own.crt", devCert);
    const connection = await made.find({ token: "mine", certificateAuthority: "own.crt", as: "bob" });
    expect(connection).toMatchObject({
      server: "https://10.96.0.1:443",
      credential: { kind: "token", token: "mine" },
      tls: { ca: { pem: devCert } },
      impersonate: { user: "bob" },
    });
    expect((await made.find({ insecureSkipTlsVerify: true })).tls).toMatchObject({
      insecureSkipVerify: true,
    });
  });

  test("a token of flags does without a mounted one", async () => {
    const made = pod();
    rmSync(join(made.root, "sa/token"));
    expect((await made.find({ token: "mine" })).credential).toMatchObject({ token: "mine" });
  });

  test("a proxy of the environment is used, unless NO_PROXY excepts the service range", async () => {
    expect((await pod({ HTTPS_PROXY: "http://proxy:3128" }).find()).proxyUrl).toBe("http://proxy:3128");
    const excepted = pod({ HTTPS_PROXY: "http://proxy:3128", NO_PROXY: "10.96.0.0/12,.svc" });
    expect((await excepted.find()).proxyUrl).toBeUndefined();
  });

  test("nothing of a pod is looked for when a kubeconfig was found", async () => {
    const made = world({ KUBERNETES_SERVICE_HOST: "10.0.0.1" });
    made.write(
      "home/.kube/config",
      "current-context: a\ncontexts: [{name: a, context: {cluster: a}}]\nclusters: [{name: a, cluster: {server: https://a}}]\n",
    );
    expect((await made.find()).server).toBe("https://a");
  });
});
