import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { authority, devCert, devKey, otherKey } from "./pems.js";
import { base64, home, kubeconfig, world } from "./world.js";

const ca = base64(authority);
const cert = base64(devCert);
const key = base64(devKey);

describe("several kubeconfigs", () => {
  test("the first file wins for an entry as a whole, and for the current context", async () => {
    const { find, write, env } = world();
    const first = write(
      "a/one.yaml",
      [
        "current-context: both",
        "users: [{name: red, user: {username: first, password: p}}]",
        "contexts: [{name: both, context: {cluster: blue, user: red}}]",
      ].join("\n"),
    );
    const second = write(
      "b/two.yaml",
      [
        "current-context: other",
        "clusters: [{name: blue, cluster: {server: https://blue, certificate-authority: ca.crt}}]",
        "users: [{name: red, user: {token: second}}]",
      ].join("\n"),
    );
    write("b/ca.crt", authority);
    env["KUBECONFIG"] = `${first}:/missing:${second}:${first}:`;
    const connection = await find();
    expect(connection).toMatchObject({
      server: "https://blue",
      credential: { kind: "basic", username: "first" },
    });
    expect(connection.foundBy).toBe(`kubeconfig ${first}, context both`);
  });

  test("relative paths are relative to the file that holds them, not to where kapply runs", async () => {
    const { find, write, root } = world();
    write("conf/pki/ca.crt", authority);
    write("conf/token", "t");
    write(
      "conf/dev.yaml",
      kubeconfig({ cluster: { "certificate-authority": "pki/ca.crt" }, user: { tokenFile: "token" } }),
    );
    const connection = await find({ kubeconfig: "../conf/dev.yaml" });
    expect(connection.tls.ca?.from).toContain(join(root, "conf/pki/ca.crt"));
    expect(connection.credential).toEqual({ kind: "token-file", path: join(root, "conf/token") });
  });

  test("a missing --kubeconfig is an error, also where KUBECONFIG has one", async () => {
    const { fails, write, env } = world();
    env["KUBECONFIG"] = write("k", kubeconfig({}));
    expect((await fails({ kubeconfig: "no.yaml" })).message).toBe(
      "cannot read the kubeconfig no.yaml: it does not exist",
    );
  });

  test.each([
    ["broken YAML", "users:\n  token: canary: canary\n", /is not valid YAML: see .*config:2:\d+$/],
    ["a key that is there twice", "kind: Config\nkind: Config\n", /:2:1 \(a key that is there twice\)$/],
    ["a list", "- a", /is no kubeconfig$/],
    ["another kind", "apiVersion: v1\nkind: Pod\n", /is no kubeconfig$/],
    ["two documents", "kind: Config\n---\nkind: Config\n", /holds 2 documents$/],
    ["contexts that are no list", "contexts: {}\n", /contexts of .* must be a list$/],
  ])("%s fails", async (_what, text, message) => {
    const { fails, write } = world();
    write("home/.kube/config", text);
    const error = await fails();
    expect(error.message).toMatch(message);
    expect(JSON.stringify([error.message, error.details])).not.toContain("canary");
  });
});

describe("names", () => {
  test("an unknown context is an error that names those there are", async () => {
    const { fails, root } = home({});
    const error = await fails({ context: "prod" });
    expect(error.message).toBe(`--context asks for context prod, which is not in ${root}/home/.kube/config`);
    expect(error.details.hint).toBe("the contexts there are: dev");
  });

  test.each([
    [
      "an unknown current-context",
      { rest: { "current-context": "x" } },
      "current-context asks for context x",
    ],
    ["an unknown cluster", { context: { cluster: "x" } }, "asks for cluster x"],
    ["an unknown user", { context: { user: "x" } }, "asks for user x"],
    ["a context without a cluster", { context: { cluster: "" } }, "names no cluster"],
    ["a cluster without a server", { cluster: { server: "" } }, "has no server"],
    ["a server that is no text", { cluster: { server: 7 } }, "server of cluster dev of"],
    ["two users of one name", { rest: { users: [{ name: "dev" }, { name: "dev" }] } }, "more than one user"],
    [
      "a user that is no mapping",
      { rest: { users: [{ name: "dev", user: "me" }] } },
      "must be a mapping, but is text",
    ],
  ])("%s is an error", async (_what, parts, message) => {
    expect((await home(parts).fails()).message).toContain(message);
  });

  test("a context without a user comes as nobody", async () => {
    expect((await home({ context: { user: "" } }).find()).credential).toEqual({ kind: "none" });
  });

  test("names like __proto__ are names", async () => {
    const rest = {
      "current-context": "__proto__",
      contexts: [{ name: "__proto__", context: { cluster: "constructor" } }],
      clusters: [{ name: "constructor", cluster: { server: "https://a" } }],
    };
    expect((await home({ rest }).find()).server).toBe("https://a");
    expect((await home({ rest }).fails({ context: "toString" })).message).toContain("toString");
  });

  test("a broken entry troubles only those who use it", async () => {
    const users = [
      { name: "dev", user: { token: "t" } },
      { name: "bad", user: { "client-key-data": "%%%", exec: 7, token: 1 } },
      { name: "bad", user: "what" },
      7,
      { user: {} },
    ];
    const clusters = [
      { name: "dev", cluster: { server: "https://dev" } },
      { name: "bad", cluster: { "certificate-authority": "missing", "certificate-authority-data": 7 } },
    ];
    const { find } = home({ rest: { users, clusters } });
    expect(await find()).toMatchObject({ server: "https://dev", credential: { token: "t" } });
  });
});

describe("the cluster", () => {
  test("authority from data, server name and proxy", async () => {
    const { find } = home({
      cluster: {
        "certificate-authority-data": ca,
        "tls-server-name": "inner",
        "proxy-url": "socks5://p:1080",
      },
    });
    const { tls, proxyUrl } = await find();
    expect(tls).toMatchObject({ ca: { pem: authority }, serverName: "inner", insecureSkipVerify: false });
    expect(proxyUrl).toBe("socks5://p:1080");
  });

  test("flags replace how the server is checked", async () => {
    const { find, write } = home({
      cluster: { "certificate-authority-data": ca, "tls-server-name": "inner" },
    });
    write("work/mine.crt", devCert);
    expect((await find({ insecureSkipTlsVerify: true })).tls).toMatchObject({ insecureSkipVerify: true });
    expect((await find({ insecureSkipTlsVerify: true })).tls.ca).toBeUndefined();
    expect((await find({ certificateAuthority: "mine.crt" })).tls.ca?.pem).toBe(devCert);
    expect((await find({ tlsServerName: "outer" })).tls.serverName).toBe("outer");
    const insecure = home({ cluster: { "insecure-skip-tls-verify": true } });
    insecure.write("work/mine.crt", devCert);
    expect((await insecure.find()).tls.insecureSkipVerify).toBe(true);
    expect((await insecure.find({ certificateAuthority: "mine.crt" })).tls.insecureSkipVerify).toBe(false);
  });

  test.each([
    ["bad base64", { "certificate-authority-data": "LS0t%" }, "is not valid base64"],
    ["PEM where base64 belongs", { "certificate-authority-data": authority }, "is not valid base64"],
    ["no certificate in it", { "certificate-authority-data": base64("hello") }, "holds no certificate"],
    ["a missing file", { "certificate-authority": "no.crt" }, "it does not exist"],
    ["data and file", { "certificate-authority-data": ca, "certificate-authority": "x" }, "has both"],
    [
      "an authority and none asked",
      { "certificate-authority-data": ca, "insecure-skip-tls-verify": true },
      "has both",
    ],
    ["a proxy of another kind", { "proxy-url": "ftp://p" }, "must begin with http://"],
    ["a proxy that is no URL", { "proxy-url": "me:secret@p" }, "proxy-url of cluster dev"],
    ["yes in quotes", { "insecure-skip-tls-verify": "true" }, "must be true or false, but is text"],
  ])("%s is an error", async (_what, cluster, message) => {
    const error = await home({ cluster }).fails();
    expect(error.code).toBe("credentials");
    expect(error.message).toContain(message);
    expect(JSON.stringify([error.message, error.details])).not.toContain("secret");
  });
});

describe("the user", () => {
  test("a client certificate by data", async () => {
    const { find } = home({ user: { "client-certificate-data": cert, "client-key-data": key } });
    const { credential, tls } = await find();
    expect(credential.kind).toBe("certificate");
    expect([tls.cert, tls.key]).toEqual([devCert, devKey]);
  });

  test("a client certificate by data with its key in a file", async () => {
    const { find, write } = home({ user: { "client-certificate-data": cert, "client-key": "dev.key" } });
    write("home/.kube/dev.key", devKey);
    expect((await find()).tls.key).toBe(devKey);
  });

  test("a token goes together with a certificate", async () => {
    const { find } = home({ user: { token: "t", "client-certificate-data": cert, "client-key-data": key } });
    const { credential, tls } = await find();
    expect(credential.kind).toBe("token");
    expect(tls.cert).toBe(devCert);
  });

  test("a token file wins over a token, which helps out when the file is missing", async () => {
    const { find, write, said } = home({ user: { token: "t", tokenFile: "tok" } });
    expect((await find()).credential).toMatchObject({ kind: "token", token: "t" });
    expect(said).toEqual([expect.stringContaining("its token is used instead")]);
    write("home/.kube/tok", " new \n");
    expect((await find()).credential.kind).toBe("token-file");
  });

  test("a plugin is left alone when there is anything else", async () => {
    const { find } = home({ user: { token: "t", exec: { command: "x" } } });
    expect((await find()).credential.kind).toBe("token");
  });

  test("flags replace it as a whole", async () => {
    const { find, write } = home({
      user: { tokenFile: "missing", "client-certificate-data": "%", "auth-provider": { name: "gcp" } },
    });
    write("work/c", devCert);
    write("work/k", devKey);
    const byToken = await find({ token: " flag\n" });
    expect(byToken.credential).toEqual({ kind: "token", token: "flag", from: "--token" });
    expect(byToken.tls.cert).toBeUndefined();
    expect((await find({ username: "u", password: "p" })).credential.kind).toBe("basic");
    expect((await find({ clientCertificate: "c", clientKey: "k" })).tls.cert).toBe(devCert);
  });

  test("a certificate whose time is over is used, with a warning", async () => {
    const user = { "client-certificate-data": cert, "client-key-data": key };
    const { find, said } = home({ user }, { now: () => Date.UTC(2200, 0) });
    await find();
    expect(said).toEqual([expect.stringMatching(/client-certificate-data of user dev .* ended on /)]);
  });

  const canary = base64("canary-of-the-user");
  test.each([
    ["bad base64", { "client-certificate-data": "?canary", "client-key-data": key }, "is not valid base64"],
    [
      "a key without a certificate",
      { "client-key-data": key },
      "has a client-key without a client-certificate",
    ],
    ["a certificate without a key", { "client-certificate-data": cert }, "without a client-key"],
    [
      "data and file",
      { "client-certificate-data": cert, "client-certificate": "c" },
      "has both client-certificate",
    ],
    [
      "another's key",
      { "client-certificate-data": cert, "client-key-data": base64(otherKey) },
      "is not the key of",
    ],
    [
      "a key that is none",
      { "client-certificate-data": cert, "client-key-data": canary },
      "holds no private key",
    ],
    ["a missing token file", { tokenFile: "no" }, "it does not exist"],
    [
      "token and password",
      { token: "canary", username: "u", password: "canary" },
      "has both a token and a user name",
    ],
    ["a token of two lines", { token: "canary\nx" }, "which no header can carry"],
    ["a token that is a number", { token: 12345 }, "must be text, but is a number"],
    ["an old auth-provider", { "auth-provider": { name: "gcp" } }, "auth-provider of user dev"],
    ["groups without a user", { "as-groups": ["g"] }, "but no as"],
  ])("%s is an error without the secret", async (_what, user, message) => {
    const error = await home({ user }).fails();
    expect(error.code).toBe("credentials");
    expect(error.message).toContain(message);
    expect(JSON.stringify([error.message, error.details.hint])).not.toMatch(/canary|12345/);
  });

  test("the way out of an old auth-provider is named", async () => {
    const { fails } = home({ user: { "auth-provider": { name: "gcp" } } });
    expect((await fails()).details.hint).toContain("gke-gcloud-auth-plugin");
  });

  test.each([
    [{ token: "t", username: "u", password: "p" }, "--token can't be used together with"],
    [{ username: "u" }, "--username and --password go together"],
    [{ clientKey: "k" }, "--client-certificate and --client-key go together"],
    [{ certificateAuthority: "c", insecureSkipTlsVerify: true }, "can't be used together with --insecure"],
  ])("flags that do not go together: %j", async (flags, message) => {
    const error = await home({}).fails(flags);
    expect(error.code).toBe("usage");
    expect(error.message).toContain(message);
  });
});

describe("acting as somebody else", () => {
  const user = {
    as: "alice",
    "as-uid": "7",
    "as-groups": ["g"],
    "as-user-extra": { "a/b": ["x"], __proto__x: [] },
  };

  test("as the kubeconfig says, also under --token", async () => {
    const { find } = home({ user });
    const alice = { user: "alice", uid: "7", groups: ["g"], extra: { "a/b": ["x"], __proto__x: [] } };
    expect((await find()).impersonate).toEqual(alice);
    expect((await find({ token: "t" })).impersonate).toEqual(alice);
  });

  test("--as starts afresh, the other flags replace their field", async () => {
    const { find } = home({ user });
    expect((await find({ as: "bob" })).impersonate).toEqual({ user: "bob", groups: [], extra: {} });
    expect((await find({ asGroup: ["h"] })).impersonate).toMatchObject({
      user: "alice",
      uid: "7",
      groups: ["h"],
    });
    expect((await find({ as: "bob", asUserExtra: ["k=1", "k=2=3"] })).impersonate?.extra).toEqual({
      k: ["1", "2=3"],
    });
  });

  test("groups without a user, and extra without a value, are usage errors", async () => {
    expect((await home({}).fails({ asGroup: ["g"] })).message).toContain("need --as");
    expect((await home({}).fails({ as: "b", asUserExtra: ["k"] })).message).toContain("is not KEY=VALUE");
  });
});
