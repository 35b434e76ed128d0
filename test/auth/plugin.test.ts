import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createAuthorizer } from "../../src/auth/index.js";
import { runPlugin } from "../../src/auth/plugin-run.js";
import type { ExecSpec } from "../../src/model.js";
import { authority, devCert, devKey, otherKey } from "./pems.js";
import { base64, failure, kubeconfig, world, type World } from "./world.js";

const v1 = "client.authentication.k8s.io/v1";

/** A world whose user dev has the plugin ./plugin, a Node script with that body. */
function withPlugin(body: string, exec: object = {}, parts: { cluster?: object; now?: () => number } = {}) {
  const made = world({ PATH: "/nowhere" }, parts.now === undefined ? {} : { now: parts.now });
  made.script("home/.kube/plugin", body);
  const user = { exec: { apiVersion: v1, command: "./plugin", interactiveMode: "Never", ...exec } };
  made.write("home/.kube/config", kubeconfig({ user, cluster: parts.cluster ?? {} }));
  return made;
}

const authorizer = async (made: World) => createAuthorizer(await made.find(), made.environment);
const identity = async (made: World) => (await authorizer(made)).identity();
const fails = async (made: World) => failure(identity(made));

/** A script that answers with that status. */
const answers = (status: object, apiVersion = v1) =>
  `console.log(JSON.stringify({apiVersion:"${apiVersion}",kind:"ExecCredential",status:${JSON.stringify(status)}}))`;

/** A script that counts its runs in the file `runs` and answers with token-N. */
const counts = (status = "") => `
  const fs = require("node:fs"), file = __dirname + "/runs";
  fs.appendFileSync(file, "x");
  const token = "token-" + fs.readFileSync(file, "utf8").length;
  console.log(JSON.stringify({apiVersion: "${v1}", kind: "ExecCredential", status: {token, ${status}}}));`;
const runs = (made: World) => readFileSync(join(made.root, "home/.kube/runs"), "utf8").length;

describe("what a plugin gives", () => {
  test("a token", async () => {
    expect(await identity(withPlugin(answers({ token: "t" })))).toEqual({ authorization: "Bearer t" });
  });

  test("a certificate with its key", async () => {
    const made = withPlugin(answers({ clientCertificateData: devCert, clientKeyData: devKey }));
    expect(await identity(made)).toEqual({ certificate: { cert: devCert, key: devKey } });
  });

  test("in YAML, and in v1beta1, too", async () => {
    const yaml = `console.log("apiVersion: ${v1}\\nkind: ExecCredential\\nstatus: {token: from-yaml}")`;
    expect(await identity(withPlugin(yaml))).toEqual({ authorization: "Bearer from-yaml" });
    const beta = "client.authentication.k8s.io/v1beta1";
    const made = withPlugin(answers({ token: "b" }, beta), { apiVersion: beta, interactiveMode: "" });
    expect(await identity(made)).toEqual({ authorization: "Bearer b" });
  });

  test("is held for the process, also by those who ask at the same time", async () => {
    const made = withPlugin(counts());
    const plugin = await authorizer(made);
    const all = await Promise.all([plugin.identity(), plugin.identity(), plugin.identity()]);
    expect([...all, await plugin.identity()].map((each) => each.authorization)).toEqual(
      Array(4).fill("Bearer token-1"),
    );
    expect(runs(made)).toBe(1);
  });

  test("is asked for again when it has expired", async () => {
    const clock = { at: Date.UTC(2026, 0, 1) };
    const made = withPlugin(
      counts(`expirationTimestamp: "2026-01-01T01:00:00Z"`),
      {},
      { now: () => clock.at },
    );
    const plugin = await authorizer(made);
    await plugin.identity();
    clock.at += 3_599_000;
    expect(await plugin.identity()).toEqual({ authorization: "Bearer token-1" });
    clock.at += 1_000;
    expect(await plugin.identity()).toEqual({ authorization: "Bearer token-2" });
  });

  test("is asked for again once when several requests that carried it were refused", async () => {
    const made = withPlugin(counts());
    const plugin = await authorizer(made);
    const old = await plugin.identity();
    expect(await Promise.all([plugin.renew(old), plugin.renew(old)])).toEqual([true, true]);
    expect(await plugin.renew(old)).toBe(true);
    expect(runs(made)).toBe(2);
  });

  test("is not another identity when it is the same again", async () => {
    const plugin = await authorizer(withPlugin(answers({ token: "same" })));
    await plugin.identity();
    expect(await plugin.renew()).toBe(false);
  });
});

describe("what a plugin gets", () => {
  const echo = `
    const {A, HOME_OF, KUBERNETES_EXEC_INFO} = process.env;
    const told = {A, HOME_OF, args: process.argv.slice(2), info: JSON.parse(KUBERNETES_EXEC_INFO)};
    require("node:fs").writeFileSync(__dirname + "/told", JSON.stringify(told));
    ${answers({ token: "t" })}`;
  const told = (made: World): unknown => JSON.parse(readFileSync(join(made.root, "home/.kube/told"), "utf8"));

  test("its arguments, our environment and its own, and what it is asked for", async () => {
    const made = withPlugin(echo, { args: ["a b", "$A"], env: [{ name: "A", value: "own" }] });
    Object.assign(made.env, { A: "ours", HOME_OF: "me" });
    await identity(made);
    expect(told(made)).toEqual({
      A: "own",
      HOME_OF: "me",
      args: ["a b", "$A"],
      info: { kind: "ExecCredential", apiVersion: v1, spec: { interactive: false } },
    });
  });

  test("the cluster, when it asks for it", async () => {
    const cluster = {
      "certificate-authority-data": base64(authority),
      "tls-server-name": "inner",
      "proxy-url": "http://p:1",
      extensions: [{ name: "client.authentication.k8s.io/exec", extension: { audience: "a" } }],
    };
    const made = withPlugin(echo, { provideClusterInfo: true }, { cluster });
    await identity(made);
    expect(told(made)).toMatchObject({
      info: {
        spec: {
          cluster: {
            server: "https://dev.example:6443",
            "certificate-authority-data": base64(authority),
            "tls-server-name": "inner",
            "proxy-url": "http://p:1",
            config: { audience: "a" },
          },
        },
      },
    });
  });
});

describe("a plugin that can't be used", () => {
  test.each([
    ["no command", { command: "" }, "names no command"],
    ["no apiVersion", { apiVersion: "" }, "has no apiVersion"],
    ["an old apiVersion", { apiVersion: "client.authentication.k8s.io/v1alpha1" }, "that is not supported"],
    ["no interactiveMode in v1", { interactiveMode: "" }, "has no interactiveMode"],
    [
      "an interactiveMode that does not exist",
      { interactiveMode: "Sometimes" },
      "that does not exist: Sometimes",
    ],
    ["env without a name", { env: [{ value: "v" }] }, "has an item without a name"],
    ["args that are no list", { args: "a" }, "must be a list of texts"],
  ])("%s", async (_what, exec, message) => {
    expect((await withPlugin("", exec).fails()).message).toContain(message);
  });

  test("is missing: its hint is shown", async () => {
    const error = await fails(
      withPlugin("", { command: "kube-login", installHint: "brew install kube-login" }),
    );
    expect(error.message).toMatch(/^credential plugin kube-login of user dev of .* was not found in PATH$/);
    expect(error.details.hint).toBe("brew install kube-login");
  });

  test("fails: its exit status and its hint are shown", async () => {
    const error = await fails(withPlugin("process.exitCode = 3", { installHint: "log in first" }));
    expect(error.message).toMatch(/failed with exit status 3$/);
    expect(error.details.hint).toBe("log in first");
  });

  test("wants a terminal where there is none", async () => {
    const error = await fails(withPlugin(answers({ token: "t" }), { interactiveMode: "Always" }));
    expect(error.message).toContain("standard input is not a terminal");
  });

  test("hangs", async () => {
    const made = withPlugin("setInterval(() => undefined, 1000)");
    const { credential } = await made.find();
    const { spec } = credential as { spec: ExecSpec };
    expect((await failure(runPlugin(spec, made.environment, 50))).message).toContain(
      "gave no answer within 0.05 s",
    );
  });

  const canary = "canary-token";
  test.each([
    ["nothing", "", "wrote no ExecCredential"],
    ["text", `console.log("{${canary}")`, "neither JSON nor YAML"],
    ["another kind", `console.log('{"kind":"${canary}"}')`, "wrote no ExecCredential"],
    [
      "another version",
      answers({ token: canary }, "client.authentication.k8s.io/v1beta1"),
      "answers in client.",
    ],
    ["no status", answers({}), "gave neither a token nor a certificate"],
    ["half a pair", answers({ clientCertificateData: devCert }), "but not both"],
    [
      "another's key",
      answers({ clientCertificateData: devCert, clientKeyData: otherKey }),
      "is not the key of",
    ],
    ["a token of two lines", answers({ token: `${canary}\nx` }), "which no header can carry"],
    ["no time", answers({ token: canary, expirationTimestamp: "soon" }), "is no time"],
    ["a flood", `process.stdout.write("${canary}".repeat(200000))`, "more than 1 MiB"],
  ])("answers with %s", async (_what, body, message) => {
    const error = await fails(withPlugin(body));
    expect(error.code).toBe("credentials");
    expect(error.message).toContain(message);
    expect(JSON.stringify([error.message, error.details])).not.toContain(canary);
  });
});
