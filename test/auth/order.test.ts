import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { authority } from "./pems.js";
import { base64, home, kubeconfig, pod, world } from "./world.js";

describe("which server is found", () => {
  test("the kubeconfig in the home folder", async () => {
    const { find, root } = home({ user: { token: "t" } });
    const connection = await find();
    expect(connection).toMatchObject({
      server: "https://dev.example:6443",
      credential: { kind: "token", token: "t" },
      namespace: "default",
      viaKubectlProxy: false,
    });
    expect(connection.foundBy).toBe(`kubeconfig ${root}/home/.kube/config, context dev`);
  });

  test("KUBECONFIG instead of the home folder, even when its files are missing", async () => {
    const { find, write } = pod({ KUBECONFIG: "/nowhere/config" });
    write("home/.kube/config", kubeconfig({}));
    expect((await find()).foundBy).toBe("in-pod service account");
  });

  test("a kubeconfig before the pod", async () => {
    const { find, write } = pod();
    write("home/.kube/config", kubeconfig({}));
    expect((await find()).server).toBe("https://dev.example:6443");
  });

  test("the pod, when the kubeconfig has no current context", async () => {
    const { find, write } = pod();
    write("home/.kube/config", "apiVersion: v1\nkind: Config\n");
    expect((await find()).server).toBe("https://10.96.0.1:443");
  });

  test("the pod, when the kubeconfig is an empty file", async () => {
    const { find, write } = pod();
    write("home/.kube/config", "");
    expect((await find()).server).toBe("https://10.96.0.1:443");
  });

  test("a directory in the place of the kubeconfig is a mistake, in a pod too", async () => {
    const { fails, root } = pod();
    mkdirSync(join(root, "home/.kube/config"), { recursive: true });
    expect((await fails()).message).toMatch(/^cannot read the kubeconfig .*: it is a directory$/);
  });

  test("never the pod, when a flag chooses in a kubeconfig", async () => {
    const { fails, write } = pod();
    expect((await fails({ context: "dev" })).message).toMatch(
      /^--context chooses no cluster: KUBECONFIG is not set/,
    );
    write("work/empty.yaml", "apiVersion: v1\nkind: Config\n");
    expect((await fails({ kubeconfig: "empty.yaml" })).message).toBe(
      "--kubeconfig chooses no cluster: empty.yaml has no contexts",
    );
  });

  test("kubectl proxy before everything", async () => {
    const { find, write } = pod();
    write("home/.kube/config", kubeconfig({ user: { token: "t" } }));
    expect(await find({ proxy: true })).toMatchObject({
      server: "http://127.0.0.1:8001",
      credential: { kind: "none" },
      viaKubectlProxy: true,
    });
  });

  test("--cluster and --user without any context", async () => {
    const { find, write } = world();
    write(
      "home/.kube/config",
      kubeconfig({ user: { token: "t" }, rest: { "current-context": "", contexts: null } }),
    );
    expect(await find({ cluster: "dev", user: "dev" })).toMatchObject({
      server: "https://dev.example:6443",
      credential: { kind: "token" },
    });
  });
});

describe("when nothing is found", () => {
  test("the error lists what was tried and why each did not do", async () => {
    const { fails, root } = world();
    const error = await fails();
    expect(error.code).toBe("credentials");
    expect(error.message).toBe("found no API server");
    expect(error.details.causes?.map((cause) => cause.message)).toEqual([
      "flags: neither --server nor --proxy is given",
      `kubeconfig: KUBECONFIG is not set, and ${root}/home/.kube/config does not exist`,
      `in a pod: KUBERNETES_SERVICE_HOST is not set, and ${root}/sa/token does not exist`,
    ]);
    expect(error.details.hint).toContain("--kubeconfig");
  });

  test("a quoted ~ in KUBECONFIG is explained", async () => {
    const error = await world({ KUBECONFIG: "~/.kube/dev" }).fails();
    expect(error.details.causes?.[1]?.message).toBe(
      "kubeconfig: KUBECONFIG is set, but ~/.kube/dev does not exist (~ is expanded by shells only: write the whole path)",
    );
  });

  test("a pod without a mounted token is explained", async () => {
    const error = await world({
      KUBERNETES_SERVICE_HOST: "10.0.0.1",
      KUBERNETES_SERVICE_PORT: "443",
    }).fails();
    expect(error.details.causes?.[2]?.message).toContain("automountServiceAccountToken: false");
  });

  test("the contexts there are to choose from are named", async () => {
    const { fails, write } = world();
    write("home/.kube/config", kubeconfig({ rest: { "current-context": "" } }));
    expect((await fails()).details.causes?.[1]?.message).toContain("choose one by --context: dev");
  });
});

describe("flags and environment that can't be meant", () => {
  test("NODE_TLS_REJECT_UNAUTHORIZED=0 is refused on every way", async () => {
    const { fails } = pod({ NODE_TLS_REJECT_UNAUTHORIZED: "0" });
    for (const flags of [{}, { proxy: true as const }, { server: "https://a" }]) {
      expect((await fails(flags)).message).toContain("NODE_TLS_REJECT_UNAUTHORIZED=0");
    }
    expect((await pod({ NODE_TLS_REJECT_UNAUTHORIZED: "1" }).find()).server).toBe("https://10.96.0.1:443");
  });

  test("an empty flag is a usage error, not another cluster", async () => {
    const { fails } = pod();
    for (const flags of [{ server: "" }, { token: "" }, { namespace: "" }, { asGroup: [""] }]) {
      const error = await fails(flags);
      expect(error.code).toBe("usage");
      expect(error.message).toMatch(/^--[a-z-]+ is empty$/);
    }
  });
});

describe("the namespace", () => {
  test("-n, the context's, POD_NAMESPACE, the service account's, default: in this order", async () => {
    const made = pod({ POD_NAMESPACE: "from-env" });
    const config = made.write("home/.kube/config", kubeconfig({ context: { namespace: "from-context" } }));
    expect(await made.find({ namespace: "from-flag" })).toMatchObject({
      namespace: "from-flag",
      namespaceFrom: "-n",
    });
    expect(await made.find()).toMatchObject({ namespace: "from-context", namespaceFrom: "context dev" });
    made.write("home/.kube/config", kubeconfig({}));
    expect(await made.find()).toMatchObject({ namespace: "from-env", namespaceFrom: "POD_NAMESPACE" });
    delete made.env["POD_NAMESPACE"];
    expect(await made.find()).toMatchObject({
      namespace: "team-a",
      namespaceFrom: `${made.root}/sa/namespace`,
    });
    made.write("sa/namespace", "");
    expect(await made.find({ kubeconfig: config })).toMatchObject({
      namespace: "default",
      namespaceFrom: "default",
    });
  });

  test("a name that is no namespace's is refused wherever it comes from", async () => {
    expect((await pod().fails({ namespace: "../kube-system" })).code).toBe("usage");
    expect((await pod({ POD_NAMESPACE: "Team_A" }).fails()).message).toBe(
      'the namespace in POD_NAMESPACE is not the name of a namespace: "Team_A"',
    );
    expect((await home({ context: { namespace: "a".repeat(64) } }).fails()).code).toBe("credentials");
  });
});

describe("--server", () => {
  const ca = { "certificate-authority-data": base64(authority), "tls-server-name": "inner" };

  test("takes the credential of flags and nothing of the kubeconfig's user", async () => {
    const { find } = home({ user: { token: "kube" } });
    const connection = await find({ server: "https://a.example/prefix/", token: "flag" });
    expect(connection.server).toBe("https://a.example/prefix");
    expect(connection.credential).toEqual({ kind: "token", token: "flag", from: "--token" });
    expect(connection.foundBy).toBe("--server");
  });

  test("sends the current context's credentials to what proves itself by its cluster's authority", async () => {
    const { find } = home({ cluster: ca, user: { token: "kube" } });
    const connection = await find({ server: "https://127.0.0.1:16443" });
    expect(connection.credential).toMatchObject({ token: "kube" });
    expect(connection.tls.ca?.from).toContain("certificate-authority-data of cluster dev");
    expect(connection.tls.serverName).toBeUndefined();
  });

  test("does not send them to a server that would not have to prove that", async () => {
    const { fails, find } = home({ user: { token: "kube" } });
    const error = await fails({ server: "https://other.example" });
    expect(error.message).toMatch(/so the credentials of user dev of .* are not sent to it$/);
    const trusted = home({ cluster: ca, user: { token: "kube" } });
    await expect(trusted.find({ server: "https://o", insecureSkipTlsVerify: true })).rejects.toThrow(
      "not sent",
    );
    expect((await find({ server: "https://dev.example:6443/" })).credential.kind).toBe("token");
    expect((await find({ server: "https://other.example", context: "dev" })).credential.kind).toBe("token");
  });

  test("comes as nobody in a pod, and says so", async () => {
    const { find, said } = pod();
    expect((await find({ server: "https://other.example" })).credential).toEqual({ kind: "none" });
    expect(said).toEqual([expect.stringContaining("system:anonymous")]);
  });
});

describe("plain HTTP", () => {
  test("a token of flags is refused, on this machine too", async () => {
    for (const server of ["http://a.example", "http://127.0.0.1:8080"]) {
      expect((await world().fails({ server, token: "secret" })).message).toBe(
        `--token can't be sent to ${server}: credentials go over TLS only`,
      );
    }
  });

  test("a kubeconfig's credentials are left out on this machine, and refused elsewhere", async () => {
    const near = home({ cluster: { server: "http://localhost:8080" }, user: { token: "kube" } });
    expect((await near.find()).credential).toEqual({ kind: "none" });
    expect(near.said).toEqual([expect.stringContaining("are not sent to http://localhost:8080")]);
    const far = home({ cluster: { server: "http://a.example" }, user: { token: "kube" } });
    expect((await far.fails()).message).toContain("credentials go over TLS only");
  });

  test("without credentials it is fine", async () => {
    expect((await world().find({ server: "http://localhost:8080" })).server).toBe("http://localhost:8080");
  });
});

describe("what is no server", () => {
  test.each([
    ["dev.example:6443", "--server is no URL"],
    ["ftp://dev.example", "must begin with https:// or http://"],
    ["https://", "--server is no URL"],
    ["https://me:secret@dev.example", "holds a user name or password before its @"],
    ["unix:/run/x.sock", "--server is no URL"],
  ])("%s", async (server, message) => {
    const error = await world().fails({ server });
    expect(error.message).toContain(message);
    expect(error.message).not.toContain("secret");
  });
});
