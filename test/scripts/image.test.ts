/**
 * Holds the Dockerfile true where no container runtime is: its instructions are carried out in folders, and what comes
 * out is run as the image would run it. What it can't show is that the base images are there, and hold what they promise.
 */
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { run } from "../cluster/run.js";
import { layOut, readAllowed, readDockerfile, snapshotOf } from "./dockerfile.js";
import type { Instruction } from "./dockerfile.js";

const project = path.resolve(import.meta.dirname, "../..");
const stages = readDockerfile(readFileSync(path.join(project, "Dockerfile"), "utf8"));
const allowed = readAllowed(readFileSync(path.join(project, ".dockerignore"), "utf8"));
const last = stages.at(-1);

function instructionsOf<I extends Instruction["is"]>(is: I): (Instruction & { is: I })[] {
  return stages.flatMap(({ instructions }) =>
    instructions.filter((one): one is Instruction & { is: I } => one.is === is),
  );
}

describe("the Dockerfile", () => {
  test("copies what is there and what .dockerignore lets through, and all of that", () => {
    const copied = instructionsOf("copy").flatMap(({ from, sources }) => (from === undefined ? sources : []));
    expect(copied.filter((source) => !existsSync(path.join(project, source)))).toEqual([]);
    expect(copied.map((source) => source.split("/")[0]).sort()).toEqual([...allowed].sort());
  });
  test("pins its base images by tag", () => {
    const names = stages.map(({ name }) => name);
    const images = stages.map(({ base }) => base).filter((base) => !names.includes(base));
    expect(images).toHaveLength(3);
    for (const image of images) expect(image).toMatch(/^[a-z0-9./-]+:(?!latest)[\w.-]+$/);
  });
  test("makes the compiled code on the very image that will run it, without a shell", () => {
    const warm = stages.find(({ name }) => name === "warm");
    expect(warm?.base).toBe(last?.base);
    expect(warm?.instructions.filter(({ is }) => is === "run")).toMatchObject([{ form: "exec" }]);
  });
  test("runs as a user of a number that is not root's, and without a shell", () => {
    const [user] = last?.instructions.filter(({ is }) => is === "user") ?? [];
    expect(user).toMatchObject({ value: expect.stringMatching(/^[1-9]\d*:[1-9]\d*$/) as string });
    expect(last?.instructions.filter(({ is }) => is === "entrypoint" || is === "cmd")).toEqual([
      { is: "entrypoint", form: "exec", words: ["/app/kapply"] },
      { is: "cmd", form: "exec", words: ["--help"] },
    ]);
  });
});

describe("docs/init-container.md", () => {
  const page = readFileSync(path.join(project, "docs/init-container.md"), "utf8");
  const words = (text: string): string => text.replaceAll(/\s+/g, " ").trim();
  test("shows what the example has, word for word", () => {
    const example = words(readFileSync(path.join(project, "examples/init-container/app.yaml"), "utf8"));
    const blocks = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text = ""]) => words(text));
    expect(blocks).toHaveLength(2);
    for (const block of blocks) expect(example).toContain(block);
  });
  test("names the base images of the Dockerfile", () => {
    for (const { base } of stages) expect(page).toContain(base);
  });
});

describe("what it makes", () => {
  let root = "";
  let app = "";
  let version = "";

  beforeAll(async () => {
    root = mkdtempSync(path.join(tmpdir(), "kapply-image-"));
    chmodSync(root, 0o755);
    const context = path.join(root, "context");
    for (const name of allowed)
      cpSync(path.join(project, name), path.join(context, name), { recursive: true });
    const image = await layOut(stages, context, root, carryOut);
    app = path.join(image, "app");
    version = spawnSync(process.execPath, [path.join(project, "dist/kapply.cjs"), "version"], {
      encoding: "utf8",
    }).stdout;
  }, 60_000);
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  /** What stands for a RUN here: the packages that are installed already, the Node that runs the tests. */
  async function carryOut(words: string[], inRoot: string, cwd: string): Promise<void> {
    const [command = "", ...args] = words;
    if (words.join(" ") === "npm ci") {
      symlinkSync(path.join(project, "node_modules"), path.join(cwd, "node_modules"));
      return;
    }
    const here = args.map((word) => (word.startsWith("/") ? path.join(inRoot, word) : word));
    const node = command === "/nodejs/bin/node";
    // The library and its types, which take most of the time, are not in the image.
    const shorter = words.join(" ") === "npx tsx scripts/build.ts" ? ["--command-line"] : [];
    const done = await run(node ? process.execPath : command, [...here, ...shorter], { cwd });
    expect({ words, ...done }).toMatchObject({ status: 0 });
    if (shorter.length > 0)
      cpSync(path.join(project, "dist/THIRD-PARTY.txt"), path.join(cwd, "dist/THIRD-PARTY.txt"));
  }

  /** A copy of the folder, so that a test may spoil it. */
  function copyOfApp(): string {
    const folder = mkdtempSync(path.join(root, "app-"));
    cpSync(app, folder, { recursive: true });
    chmodSync(folder, 0o755);
    return folder;
  }

  /** Runs the command of the image as its user where this may be done, with nothing in the environment or on PATH. */
  function kapply(args: string[], folder = app, node: string[] = []) {
    const user = process.getuid?.() === 0 ? { uid: 65532, gid: 65532 } : {};
    const command = path.join(folder, "kapply");
    const [file = "", ...rest] = node.length === 0 ? [command] : [process.execPath, ...node, command];
    return spawnSync(file, [...rest, ...args], { ...user, cwd: "/", env: { PATH: "" }, encoding: "utf8" });
  }

  test("holds the command, the one file, its compiled code and the licenses", () => {
    expect(readdirSync(app).sort()).toEqual([
      "LICENSE",
      "THIRD-PARTY.txt",
      "kapply",
      "kapply.cache",
      "kapply.cjs",
    ]);
  });

  test("runs as another user from a folder that it can't write, with no shell on PATH, and leaves it as it was", () => {
    const folder = copyOfApp();
    const files = readdirSync(folder);
    const before = snapshotOf(folder, files);
    chmodSync(folder, 0o555);
    expect(kapply(["version"], folder)).toMatchObject({ status: 0, stdout: version, stderr: "" });
    const manifest = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\ndata: { a: 1 }\n";
    const set = path.join(root, "wrong.yaml");
    writeFileSync(set, manifest);
    expect(kapply(["validate", "-f", set], folder)).toMatchObject({ status: 2 });
    expect(readdirSync(folder)).toEqual(files);
    expect(snapshotOf(folder, files)).toEqual(before);
  });

  test("the one file runs by itself too", () => {
    const { stdout } = spawnSync(process.execPath, [path.join(app, "kapply.cjs"), "version"], {
      encoding: "utf8",
    });
    expect(stdout).toBe(version);
  });

  /** For each script of an apply whether V8 took the code that was there for it, or "none" was there. */
  async function takenCode(folder: string, node: string[] = []): Promise<Record<string, boolean | "none">> {
    const script = `
      const told = {};
      const [start, folder] = process.argv.slice(1, 3);
      process.argv.splice(1, 2, "kapply");
      require(start).start(folder, (name, script) => (told[name] = script.cachedDataRejected === undefined ? "none" : !script.cachedDataRejected));
      process.on("exit", () => console.error("told " + JSON.stringify(told)));`;
    const start = path.join(folder, "kapply");
    const args = ["sandbox", "--", process.execPath, ...node, "-e", script, "--", start, folder];
    const set = path.join(root, "set.yaml");
    writeFileSync(set, "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n");
    const command = [path.join(app, "kapply.cjs"), ...args, "apply", "-f", set];
    const done = await run(process.execPath, command, { env: { HOME: root } });
    expect(done).toMatchObject({ status: 0, stdout: "configmap/a created\n" });
    return JSON.parse(/^told (.*)$/m.exec(done.stderr)?.[1] ?? "{}") as Record<string, boolean | "none">;
  }

  test("V8 takes the compiled code of all that an apply compiles", async () => {
    expect(await takenCode(app)).toEqual({
      "kapply.cjs": true,
      "kapply/ajv": true,
      "kapply/undici/lib/dispatcher/agent.js": true,
    });
  });

  test("compiled code that does not fit this Node is passed over, silently", async () => {
    // Other flags of V8 make other code, as another version does.
    expect(Object.values(await takenCode(app, ["--no-lazy"]))).toEqual([false, false, false]);
    expect(kapply(["version"], app, ["--no-lazy"])).toMatchObject({ status: 0, stdout: version, stderr: "" });
  });

  test.each<[string, (folder: string) => void]>([
    ["is missing", (folder) => rmSync(path.join(folder, "kapply.cache"))],
    ["is empty", (folder) => truncateSync(path.join(folder, "kapply.cache"), 0)],
    ["is cut short", (folder) => truncateSync(path.join(folder, "kapply.cache"), 100_000)],
    [
      "can't be read",
      (folder) => {
        rmSync(path.join(folder, "kapply.cache"));
        mkdirSync(path.join(folder, "kapply.cache"));
      },
    ],
    [
      "has a wrong byte",
      (folder) => {
        const bytes = readFileSync(path.join(folder, "kapply.cache"));
        bytes.writeUInt8(bytes.readUInt8(200_000) ^ 1, 200_000);
        writeFileSync(path.join(folder, "kapply.cache"), bytes);
      },
    ],
    [
      "is of another kapply.cjs of the same length",
      (folder) => {
        const text = readFileSync(path.join(folder, "kapply.cjs"), "latin1");
        const other = text.replace('"0.1.0"', '"0.9.9"');
        expect(other).not.toBe(text);
        writeFileSync(path.join(folder, "kapply.cjs"), other, "latin1");
      },
    ],
  ])("compiled code that %s does no harm", async (what, spoil) => {
    const folder = copyOfApp();
    spoil(folder);
    const said = what.includes("another") ? version.replace("0.1.0", "0.9.9") : version;
    expect(kapply(["version"], folder)).toMatchObject({ status: 0, stdout: said, stderr: "" });
    expect(Object.values(await takenCode(folder))).toEqual(["none", "none", "none"]);
  });
});
