/** The built command line without a server: streams, statuses, signals. `npm test` builds it first. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { commands } from "../src/commands/index.js";

const binary = path.resolve(import.meta.dirname, "../dist/kapply.cjs");
const home = mkdtempSync(path.join(tmpdir(), "kapply-cli-"));
afterAll(() => rmSync(home, { recursive: true }));

const env = { PATH: process.env["PATH"], HOME: home };
const configMap = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\ndata: { mode: 0644 }\n";
const sound = configMap.replace("0644", '"0644"');

function kapply(
  args: string[],
  input = "",
  more: NodeJS.ProcessEnv = {},
): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [binary, ...args], {
    input,
    env: { ...env, ...more },
    encoding: "utf8",
  });
}

describe("without a server", () => {
  test("validate of sound manifests says so on stderr, and nothing on stdout", () => {
    expect(kapply(["validate", "-f", "-"], sound)).toMatchObject({
      status: 0,
      stdout: "",
      stderr: "1 object is valid\n",
    });
  });
  test("validate of a broken manifest names file, line and column; status 2", () => {
    const file = path.join(home, "a.yaml");
    writeFileSync(file, configMap);
    const { status, stdout, stderr } = kapply(["validate", "-f", file]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toContain(`${file}:4:15: data.mode: expected a string, found the number 420`);
  });
  test("-o json is one document, whatever the end", () => {
    const { status, stdout } = kapply(["validate", "-f", "-", "-o", "json"], configMap);
    expect(status).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({
      command: "validate",
      problems: [{ code: "wrong-type", path: "data.mode", source: "<stdin>:4:15" }],
      exitStatus: 2,
    });
  });
  test("a client dry run prints YAML that kapply reads back, with the namespace filled in", () => {
    const { stdout } = kapply(["apply", "-n", "shop", "-f", "-", "--dry-run=client", "-o", "yaml"], sound);
    expect(stdout).toBe(
      'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  namespace: shop\ndata:\n  mode: "0644"\n',
    );
    expect(kapply(["validate", "-f", "-"], stdout).status).toBe(0);
  });
  test("a client dry run fills in the namespace that the kubeconfig's context has, and asks nobody", () => {
    const config = {
      clusters: [{ name: "c", cluster: { server: "https://127.0.0.1:1" } }],
      contexts: [{ name: "x", context: { cluster: "c", namespace: "from-context" } }],
      "current-context": "x",
    };
    const file = path.join(home, "kubeconfig");
    writeFileSync(file, JSON.stringify(config));
    const args = ["apply", "-f", "-", "--dry-run=client", "-o", "json"];
    expect(JSON.parse(kapply(args, sound, { KUBECONFIG: file }).stdout)).toMatchObject({
      metadata: { namespace: "from-context" },
    });
    expect(JSON.parse(kapply(args, sound).stdout)).toMatchObject({ metadata: { name: "a" } });
  });
  test("nothing to apply is an error, unless it is said to be fine", () => {
    expect(kapply(["validate", "-f", "-"], "# nothing\n").status).toBe(2);
    expect(kapply(["validate", "-f", "-", "--allow-empty"], "# nothing\n").status).toBe(0);
    expect(kapply(["validate", "-f", "-", "-l", "app=web"], sound).status).toBe(2);
  });
  test("no credentials: what was tried is listed; status 3, and stdout stays empty", () => {
    const { status, stdout, stderr } = kapply(["apply", "-f", "-"], sound);
    expect({ status, stdout }).toEqual({ status: 3, stdout: "" });
    expect(stderr).toContain(".kube/config");
  });
  test("a broken manifest is told, not that no server can be asked about it", () => {
    expect(kapply(["apply", "-f", "-"], configMap).status).toBe(2);
    const misspelt = kapply(["diff", "-f", "-"], sound.replace("\ndata:", "\ndta:"));
    expect(misspelt.status).toBe(2);
    expect(misspelt.stderr).toContain('<stdin>:4:1: dta: unknown field "dta"');
  });
  test("a kind that only a server may know needs one: status 3", () => {
    const widget = "apiVersion: shop.example/v1\nkind: Widget\nmetadata: { name: w }\n";
    expect(kapply(["diff", "-f", "-"], widget).status).toBe(3);
    const { status, stderr } = kapply(["diff", "-f", "-"], `${widget}---\n${configMap}`);
    expect(status).toBe(2);
    expect(stderr).not.toContain("Widget");
  });
  test("a server's certificate is never left unchecked by NODE_TLS_REJECT_UNAUTHORIZED", () => {
    const flags = ["--server", "https://127.0.0.1:1", "--token", "t", "--timeout", "1s"];
    expect(kapply(["whoami", ...flags], "", { NODE_TLS_REJECT_UNAUTHORIZED: "0" }).status).toBe(3);
  });
  test.each([
    [["aply"], 'error: kapply has no command "aply"\n  hint: did you mean apply?\n'],
    [["apply"], "error: apply needs manifests\n  hint: name a file or directory: apply -f FILE\n"],
    [
      ["apply", "a.yaml"],
      'error: apply does not take "a.yaml"\n  hint: name files with -f: apply -f a.yaml\n',
    ],
    [["apply", "-f", "a", "--dryrun"], "error: unknown flag --dryrun\n  hint: did you mean --dry-run?\n"],
  ])("%j is a usage error with the way out", (args, stderr) => {
    expect(kapply(args)).toMatchObject({ status: 2, stdout: "", stderr });
  });
  test("text from a file name or an argument reaches no terminal raw", () => {
    expect(kapply(["\u001b[31mred"]).stderr).not.toContain("\u001b");
    expect(kapply(["validate", "-f", `${home}/\u001b[31m\u202e.yaml`]).stderr).not.toMatch(/[\u001b\u202e]/);
  });
});

describe("manners", () => {
  test("help is on stdout with status 0, of each command too", () => {
    expect(kapply([])).toMatchObject({ status: 0, stderr: "" });
    for (const { name } of commands) {
      const { status, stdout } = kapply([name, "--help"]);
      expect(status).toBe(0);
      expect(stdout).toContain(`Usage: kapply ${name}`);
    }
  });
  test("the version is that of package.json", () => {
    const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
    expect(kapply(["version"]).stdout).toContain(`kapply ${version} `);
    expect(kapply(["--version"]).stdout).toBe(kapply(["version"]).stdout);
  });
  test("the version of the schemas is that of the bundle", async () => {
    const { bundledVersion } = await import("../src/schema/index.js");
    expect(JSON.parse(kapply(["version", "-o", "json"]).stdout)).toMatchObject({ schemas: bundledVersion });
  });
  test("the completion script of bash is one, and completes commands", () => {
    const script = kapply(["completion", "bash"]).stdout;
    const ask = `${script}\nCOMP_WORDS=(kapply ap); COMP_CWORD=1; _kapply; echo "\${COMPREPLY[@]}"`;
    expect(spawnSync("bash", ["-c", ask], { encoding: "utf8" })).toMatchObject({
      stdout: "apply\n",
      stderr: "",
    });
    for (const shell of ["zsh", "fish"]) expect(kapply(["completion", shell]).stdout).toContain("whoami");
    expect(kapply(["completion", "csh"]).status).toBe(2);
  });
  test("colour is only where it is asked for: not in a pipe, not with NO_COLOR", () => {
    const args = ["apply", "-f", "-", "--dry-run=client"];
    expect(kapply(args, sound).stdout).not.toContain("\u001b");
    expect(kapply(args, sound, { FORCE_COLOR: "1", NO_COLOR: "1" }).stdout).not.toContain("\u001b");
  });
  test("a reader that goes away is no error", async () => {
    const many = Array.from({ length: 5000 }, (_, at) => sound.replace("name: a", `name: a${at}`)).join(
      "---\n",
    );
    const child = spawn(process.execPath, [binary, "apply", "-f", "-", "--dry-run=client", "-o", "json"], {
      env,
    });
    let stderr = "";
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    child.stdout.once("data", () => child.stdout.destroy());
    child.stdin.end(many);
    const [status] = (await once(child, "close")) as [number];
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  });
  test.each([
    [["apply", "--nope"], "unknown flag --nope"],
    [["apply", "-f", "-", "--lock"], "--lock is about a set, and there is no --set"],
    [["aply"], 'kapply has no command "aply"'],
    [["wait"], "wait needs objects"],
  ])("a command line that can't be understood leaves a termination message: %j", (args, message) => {
    const log = path.join(home, "termination-log");
    writeFileSync(log, "");
    const { status, stderr } = kapply([...args, `--termination-log=${log}`]);
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining(message) as string });
    expect(readFileSync(log, "utf8")).toContain(`error: ${message}`);
  });
  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("%s while reading standard input ends with %i", async (signal, expected) => {
    const child = spawn(process.execPath, [binary, "apply", "-f", "-", "-o", "ndjson"], { env });
    // It listens to signals before it reads: what it has read of the pipe shows that it does.
    await new Promise((resolve) => child.stdin.write("a: 1\n".repeat(400_000), resolve));
    child.kill(signal);
    const [status] = (await once(child, "close")) as [number];
    expect(status).toBe(expected);
  });
});
