import { rmSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { createAuthorizer, describeCredential, type AuthEnvironment } from "../../src/auth/index.js";
import type { Connection, Credential, ExecSpec } from "../../src/model.js";
import { failure, pod, world } from "./world.js";

const through = (credential: Credential): Connection => ({
  server: "https://a",
  tls: { insecureSkipVerify: false },
  credential,
  namespace: "default",
  foundBy: "",
  namespaceFrom: "",
  viaKubectlProxy: false,
});

const authorize = (credential: Credential, environment: AuthEnvironment) =>
  createAuthorizer(through(credential), environment);

const spec: ExecSpec = {
  apiVersion: "client.authentication.k8s.io/v1",
  command: "aws",
  args: [],
  env: {},
  interactiveMode: "Never",
  from: "user dev of f",
};

describe("credentials that stay as they are", () => {
  test.each<[Credential, string | undefined, string]>([
    [{ kind: "none" }, undefined, "no credentials"],
    [{ kind: "token", token: "s3cret", from: "--token" }, "Bearer s3cret", "bearer token (--token)"],
    [
      { kind: "basic", username: "jö", password: "s3cret" },
      `Basic ${Buffer.from("jö:s3cret").toString("base64")}`,
      "user name jö and password",
    ],
    [{ kind: "certificate", from: "dev.crt" }, undefined, "client certificate (dev.crt)"],
  ])("%j", async (credential, authorization, description) => {
    const authorizer = authorize(credential, world().environment);
    expect((await authorizer.identity()).authorization).toBe(authorization);
    expect(await authorizer.renew()).toBe(false);
    expect(describeCredential(credential)).toBe(description);
  });

  test("files and plugins are described by where they are", () => {
    expect(describeCredential({ kind: "token-file", path: "/t" })).toBe("bearer token in /t");
    expect(describeCredential({ kind: "exec", spec: { ...spec, command: "/opt/aws" } })).toBe(
      "credential plugin aws (user dev of f)",
    );
  });
});

describe("a token in a file", () => {
  const start = () => {
    const clock = { at: 0 };
    const made = pod({}, { now: () => clock.at });
    const path = made.write("sa/token", "one\n");
    return { ...made, clock, path, authorizer: authorize({ kind: "token-file", path }, made.environment) };
  };

  test("is read again after about a minute", async () => {
    const { authorizer, write, clock } = start();
    expect(await authorizer.identity()).toEqual({ authorization: "Bearer one" });
    write("sa/token", "two");
    clock.at = 49_000;
    expect(await authorizer.identity()).toEqual({ authorization: "Bearer one" });
    clock.at = 51_000;
    expect(await authorizer.identity()).toEqual({ authorization: "Bearer two" });
  });

  test("is read again at once by renew, which says whether it changed", async () => {
    const { authorizer, write } = start();
    await authorizer.identity();
    expect(await authorizer.renew()).toBe(false);
    write("sa/token", "two");
    expect(await authorizer.renew()).toBe(true);
    expect(await authorizer.identity()).toEqual({ authorization: "Bearer two" });
  });

  test("counts as changed for each request that carried the old one", async () => {
    const { authorizer, write } = start();
    const old = await authorizer.identity();
    write("sa/token", "two");
    expect(await authorizer.renew(old)).toBe(true);
    expect(await authorizer.renew(old)).toBe(true);
    expect(await authorizer.renew(await authorizer.identity())).toBe(false);
  });

  test("stays in use when its file goes away, which is said once", async () => {
    const { authorizer, path, clock, said } = start();
    await authorizer.identity();
    rmSync(path);
    clock.at = 60_000;
    expect(await authorizer.identity()).toEqual({ authorization: "Bearer one" });
    clock.at = 70_000;
    expect(await authorizer.identity()).toEqual({ authorization: "Bearer one" });
    expect(await authorizer.renew()).toBe(false);
    expect(said).toEqual([`${path} can't be read any more: its last token stays in use`]);
  });

  test("that never was is an error", async () => {
    const made = world();
    const error = await failure(
      authorize({ kind: "token-file", path: "/no/token" }, made.environment).identity(),
    );
    expect(error.code).toBe("credentials");
  });
});
