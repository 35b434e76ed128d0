/** What is told where nobody watches: events, reports, termination messages; and values from the environment. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, openSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { testCluster } from "../cluster/client.js";
import { eventsOf } from "../report/schema.js";
import { binary, configMap, folder, kapply, type KapplyOptions } from "./kapply.js";

const cluster = testCluster();

let namespace = "";
beforeAll(async () => {
  namespace = await cluster.freshNamespace("telling");
});

/** Runs a command over manifests from standard input. */
function over(input: string, args: string[], options: KapplyOptions = {}) {
  return kapply(cluster, [...args, "-n", namespace, "-f", "-"], { input, ...options });
}

const live = (name: string) =>
  cluster.get<{ data: Record<string, string> }>(`/api/v1/namespaces/${namespace}/configmaps/${name}`);
const isThere = async (name: string): Promise<boolean> =>
  (await cluster.request(`/api/v1/namespaces/${namespace}/configmaps/${name}`)).status === 200;

/** What only a server finds wrong. */
const broken = "apiVersion: v1\nkind: Secret\nmetadata: { name: broken }\ntype: kubernetes.io/tls\n";

describe("-o ndjson", () => {
  /** Event and action of each line. */
  const story = (stdout: string): string[] =>
    eventsOf(stdout).map(({ event, object, action }) => {
      const { name = "" } = (object ?? {}) as { name?: string };
      return [event, name, action as string | undefined]
        .filter((part) => part !== undefined && part !== "")
        .join(" ");
    });

  test("tells an apply, one that finds nothing to do, a diff and a dry run", async () => {
    const first = configMap("events", { a: "1" });
    const applied = await over(first, ["apply", "-o", "ndjson"]);
    expect(story(applied.stdout)).toEqual([
      "started",
      "connected",
      "planned events created",
      "applied events created",
      "finished",
    ]);
    expect(eventsOf(applied.stdout)[3]).toMatchObject({
      object: { apiVersion: "v1", kind: "ConfigMap", namespace, name: "events" },
      source: "<stdin>:1:1",
    });
    const again = await over(first, ["apply", "-o", "ndjson"]);
    expect(story(again.stdout)[3]).toBe("applied events unchanged");
    for (const args of [["diff"], ["apply", "--dry-run=server"], ["diff", "--read-only"]]) {
      const { stdout } = await over(configMap("events", { a: "2" }), [...args, "-o", "ndjson"]);
      expect(story(stdout)).toEqual(["started", "connected", "planned events configured", "finished"]);
      expect(eventsOf(stdout)[2]).toMatchObject({ changes: [{ path: "data.a", before: "1", after: "2" }] });
    }
  });

  test("tells what fails, and what is not done because of it", async () => {
    const { stdout, status } = await over(`${broken}---\n${configMap("beside", { a: "1" })}`, [
      "apply",
      "-o",
      "ndjson",
    ]);
    expect(status).toBe(5);
    const failed = eventsOf(stdout).filter(({ event }) => event === "failed");
    expect(failed).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          source: "<stdin>:1:1",
          error: expect.objectContaining({ code: "rejected" }) as object,
        }),
      ]),
    );
    expect(eventsOf(stdout).at(-1)).toMatchObject({ exitStatus: 5 });
  });

  test("tells conflicts", async () => {
    await over(configMap("contested", { a: "1" }), ["apply", "--field-manager=other"]);
    const { stdout, status } = await over(configMap("contested", { a: "2" }), ["apply", "-o", "ndjson"]);
    expect(status).toBe(4);
    expect(eventsOf(stdout).at(-2)).toMatchObject({
      event: "failed",
      error: { code: "conflict", causes: [{ path: "data.a", contest: { live: "1", wanted: "2" } }] },
    });
  });

  test("tells input that is wrong, and a server that is not there", async () => {
    const wrong = await over("apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\ndatta: {}\n", [
      "apply",
      "-o",
      "ndjson",
    ]);
    expect(eventsOf(wrong.stdout).at(-2)).toMatchObject({
      event: "failed",
      source: "<stdin>:4:1",
      error: { code: "unknown-field" },
    });
    const gone = await over(configMap("a", {}), [
      "apply",
      "-o",
      "ndjson",
      "--timeout=2s",
      "--server=https://127.0.0.1:1",
    ]);
    const events = eventsOf(gone.stdout);
    expect(events.map(({ event }) => event)).toContain("retrying");
    expect(events.at(-1)).toMatchObject({ event: "finished", exitStatus: 6 });
    expect(gone.status).toBe(6);
  });

  test("whose reader goes away ends as it would have, with all that it was to do", async () => {
    const names = Array.from({ length: 60 }, (_, at) => `unread-${at}`);
    const file = path.join(
      folder(cluster, { "set.yaml": names.map((name) => configMap(name, {})).join("---\n") }),
    );
    const report = path.join(file, "report.json");
    const flags = ["-o", "ndjson", "--set=unread", "--lock", `--report=${report}`];
    const child = spawn(process.execPath, [binary, "apply", "-n", namespace, "-f", file, ...flags], {
      env: { PATH: process.env["PATH"], HOME: cluster.dir, KUBECONFIG: cluster.kubeconfig },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stderr = "";
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    child.stdout.once("data", () => child.stdout.destroy());
    const [status] = (await once(child, "close")) as [number];
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(await Promise.all(names.map(isThere))).toEqual(names.map(() => true));
    expect(JSON.parse(readFileSync(report, "utf8"))).toMatchObject({
      summary: { created: 60 },
      exitStatus: 0,
    });
    const lease = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/kapply-unread`;
    expect(await cluster.get(lease)).toMatchObject({ spec: { holderIdentity: "" } });
  });

  test("keeps a line a line, whatever a value holds", async () => {
    const nasty = '\u001b[2J\r\n\u202e"}\n{';
    await over(configMap("nasty", { a: "1" }), ["apply"]);
    const { stdout } = await over(configMap("nasty", { a: nasty }), ["diff", "-o", "ndjson"]);
    expect(eventsOf(stdout)[2]).toMatchObject({ changes: [{ after: nasty }] });
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
  });
});

describe("--env-subst", () => {
  const text = `apiVersion: v1
kind: ConfigMap
metadata:
  name: \${NAME}
data:
  greeting: \${GREETING:-hello} \${WHO:?who is it for}
  script: |
    echo \${WHO} $\${WHO} $HOME
  number: "\${NUMBER:-3}"
`;

  test("fills in what is applied", async () => {
    const env = { NAME: "filled", WHO: "a: b\n- c" };
    const { status, stderr } = await over(text, ["apply", "--env-subst"], { env });
    expect({ status, stderr }).toMatchObject({ status: 0 });
    expect((await live("filled")).data).toEqual({
      greeting: "hello a: b\n- c",
      script: "echo a: b\n- c ${WHO} $HOME\n",
      number: "3",
    });
    expect((await over(text, ["diff", "--env-subst"], { env })).status).toBe(0);
  });

  test("is off unless asked for, and touches no other names than those given", async () => {
    const off = await over(text.replace("${NAME}", "unfilled"), ["apply"], { env: { WHO: "x" } });
    expect(off.status).toBe(0);
    expect((await live("unfilled")).data["number"]).toBe("${NUMBER:-3}");
    await over(text, ["apply", "--env-subst=NAME,WHO"], { env: { NAME: "named", WHO: "x", NUMBER: "4" } });
    expect((await live("named")).data).toMatchObject({
      greeting: "${GREETING:-hello} x",
      number: "${NUMBER:-3}",
    });
  });

  test("is for the names of all its flags, and tells those that nothing refers to", async () => {
    const input = configMap("named", { a: "${A}", b: "${B}", c: "${C}" });
    const flags = ["--env-subst=A", "--env-subst=B,GREETNG"];
    const { status, stderr } = await over(input, ["apply", ...flags], { env: { A: "1", B: "2", C: "3" } });
    expect(status).toBe(0);
    expect(stderr).toContain("Warning: --env-subst names GREETNG, which no manifest refers to\n");
    expect((await live("named")).data).toEqual({ a: "1", b: "2", c: "${C}" });
  });

  test("gives plain scalars the type that kubectl would read", async () => {
    const scale = `apiVersion: apps/v1
kind: Deployment
metadata: { name: scaled }
spec:
  replicas: \${REPLICAS}
  selector: { matchLabels: { app: web } }
  template: { metadata: { labels: { app: web } }, spec: { containers: [{ name: a, image: a }] } }
`;
    expect((await over(scale, ["apply", "--env-subst"], { env: { REPLICAS: "0" } })).status).toBe(0);
    const path = `/apis/apps/v1/namespaces/${namespace}/deployments/scaled`;
    expect(await cluster.get(path)).toMatchObject({ spec: { replicas: 0 } });
  });

  test("tells all that is not set, with its place, and sends nothing", async () => {
    const { status, stderr } = await over(text, ["apply", "--env-subst"], { env: { GREETING: "s3cret" } });
    expect(status).toBe(2);
    expect(stderr).toContain("<stdin>:4:9: the variable NAME is not set\n");
    expect(stderr).toContain("<stdin>:6:13: the variable WHO is not set: who is it for\n");
    expect(stderr).not.toContain("s3cret");
    expect(stderr).toContain("nothing was sent");
  });

  test("masks what it puts into a Secret", async () => {
    const secret =
      "apiVersion: v1\nkind: Secret\nmetadata: { name: filled }\nstringData:\n  password: ${PASSWORD}\n";
    const printed: string[] = [];
    for (const args of [
      ["apply", "-o", "json"],
      ["apply", "-o", "ndjson"],
      ["diff"],
      ["apply", "--dry-run=client", "-o", "yaml"],
    ]) {
      for (const password of ["c4nary-one", "c4nary-two"]) {
        const { stdout, stderr } = await over(secret, [...args, "--env-subst"], {
          env: { PASSWORD: password },
        });
        printed.push(stdout, stderr);
      }
    }
    const all = printed.join("\n");
    expect(all).toContain("<secret, 10 bytes");
    for (const password of ["c4nary-one", "c4nary-two"])
      for (const spelling of [password, Buffer.from(password).toString("base64")])
        expect(all).not.toContain(spelling);
  });
});

describe("--report", () => {
  test("writes the document of -o json, whatever the end and the output are", async () => {
    const dir = folder(cluster, {});
    const file = path.join(dir, "report.json");
    const ends: [input: string, status: number][] = [
      [configMap("reported", { a: "1" }), 0],
      [broken, 5],
      ["kind: ConfigMap\n", 2],
    ];
    for (const [input, expected] of ends) {
      const { status, stdout } = await over(input, ["apply", "--report", file]);
      expect(status).toBe(expected);
      expect(stdout).not.toContain("{");
      const document = JSON.parse(readFileSync(file, "utf8")) as { command: string; exitStatus: number };
      expect(document).toMatchObject({ command: "apply", exitStatus: expected });
    }
    const { stdout } = await over(configMap("reported", { a: "1" }), [
      "apply",
      "-o",
      "json",
      "--report",
      file,
    ]);
    expect(readFileSync(file, "utf8")).toBe(stdout);
  });

  test("that can't be written is told before anything is sent", async () => {
    const { status, stderr } = await over(configMap("unreported", {}), [
      "apply",
      "--report=/missing/report.json",
    ]);
    expect(status).toBe(2);
    expect(stderr).toContain("/missing/report.json: there is no such folder");
    expect(await isThere("unreported")).toBe(false);
  });
});

describe("a file that manifests are read from", () => {
  const text = configMap("overwritten", {});
  const flags = ["report", "termination-log"];

  test.each(flags)("is not overwritten by --%s, by whatever name, and nothing is sent", async (flag) => {
    const dir = folder(cluster, { "few.yaml": text });
    const file = path.join(dir, "few.yaml");
    symlinkSync("few.yaml", path.join(dir, "link"));
    for (const [command, from, to] of [
      ["apply", file, file],
      ["apply", dir, file],
      ["apply", file, path.join(dir, "link")],
      ["apply", path.join(dir, "link"), file],
      ["diff", file, file],
      ["validate", file, file],
      ["wait", file, file],
    ] as const) {
      const { status, stderr } = await kapply(cluster, [command, "-f", from, `--${flag}`, to]);
      expect({ status, stderr }).toEqual({
        status: 2,
        stderr: `error: --${flag} would overwrite ${to}, which manifests are read from\n  hint: name another file; nothing was sent\n`,
      });
      expect(readFileSync(file, "utf8")).toBe(text);
    }
    expect(await isThere("overwritten")).toBe(false);
  });

  test("is not overwritten either where it is standard input", async () => {
    const file = path.join(folder(cluster, { "few.yaml": text }), "few.yaml");
    const child = spawn(process.execPath, [binary, "validate", "-f", "-", "--report", file], {
      stdio: [openSync(file, "r"), "ignore", "ignore"],
    });
    expect(await once(child, "close")).toEqual([2, null]);
    expect(readFileSync(file, "utf8")).toBe(text);
  });

  test.each([
    ["-f", "FILE", "--bogus"],
    ["-fFILE", "--output=yaml"],
    ["--filename=other,FILE", "--bogus"],
    ["-Rf", "DIR", "--bogus"],
  ])("is not overwritten where the command line can't be understood: %s %s %s", async (...args) => {
    const dir = folder(cluster, { "few.yaml": text });
    const file = path.join(dir, "few.yaml");
    const given = args.map((arg) => arg.replace("FILE", file).replace("DIR", dir));
    expect((await kapply(cluster, ["apply", ...given, `--termination-log=${file}`])).status).toBe(2);
    expect(readFileSync(file, "utf8")).toBe(text);
  });

  test("does not keep the one of the two from its file that is another", async () => {
    const dir = folder(cluster, { "few.yaml": text });
    const [file, log] = [path.join(dir, "few.yaml"), path.join(dir, "log")];
    await kapply(cluster, ["apply", "-f", file, "--report", file, "--termination-log", log]);
    expect(readFileSync(log, "utf8")).toContain("would overwrite");
  });
});

test.each(["--report", "--termination-log"])("%s=- is refused: it is no file", async (flag) => {
  const { status, stderr } = await over(configMap("a", {}), ["validate", `${flag}=-`]);
  expect({ status, stderr }).toMatchObject({
    status: 2,
    stderr: expect.stringContaining(`error: ${flag} needs the name of a file\n`) as string,
  });
  expect(existsSync("-")).toBe(false);
});

describe("--termination-log", () => {
  test("says why, where it failed, and nothing where it did not", async () => {
    const file = path.join(folder(cluster, {}), "termination-log");
    writeFileSync(file, "");
    expect((await over(configMap("quiet", {}), ["apply", "--termination-log", file])).status).toBe(0);
    expect(readFileSync(file, "utf8")).toBe("");
    const { stderr } = await over(broken, ["apply", "--termination-log", file]);
    const message = readFileSync(file, "utf8");
    expect(message).toMatch(/^kapply apply failed \(exit status 5\): 1 object: 1 failed in /);
    expect(message).toContain("<stdin>:1:1: secret/broken");
    expect(stderr).toContain(message.split("\n")[1]);
    expect(Buffer.byteLength(message)).toBeLessThanOrEqual(4096);
  });

  test("has no value of a Secret in it, even with --show-secrets", async () => {
    const file = path.join(folder(cluster, {}), "termination-log");
    const secret =
      "apiVersion: v1\nkind: Secret\nmetadata: { name: short }\ntype: kubernetes.io/tls\nstringData: { a: c4nary-in-the-mine }\n";
    const args = ["apply", "--show-secrets", "--termination-log", file];
    expect((await over(secret, args)).status).toBe(5);
    expect(existsSync(file)).toBe(true);
    expect(readFileSync(file, "utf8")).not.toContain("c4nary");
  });
});
