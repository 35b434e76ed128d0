import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { KapplyError } from "../../src/errors.js";
import { type ReadOptions, readManifests } from "../../src/manifest/index.js";

let home = "";
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "kapply-manifest-"));
});
afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

const named = (name: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n`;

function put(path: string, content: string | Uint8Array): string {
  const full = join(home, path);
  mkdirSync(dirname(full), { recursive: true });
  writeFileSync(full, content);
  return full;
}

function read(filenames: string[], options: Partial<ReadOptions> = {}) {
  return readManifests({
    filenames,
    recursive: false,
    readStdin: () => Promise.reject(new Error("nobody asked for standard input")),
    stdinIsTerminal: false,
    ...options,
  });
}

const bytes = (text: string) => new TextEncoder().encode(text);

/** The names of what was read, in order. */
async function names(filenames: string[], options: Partial<ReadOptions> = {}): Promise<string[]> {
  const { manifests, problems } = await read(filenames, options);
  expect(problems).toEqual([]);
  return manifests.map(({ ref }) => ref.name);
}

/** Problems as `code source:line:column message (hint)`, the temporary folder cut off. */
async function problems(filenames: string[], options: Partial<ReadOptions> = {}): Promise<string[]> {
  const found = await read(filenames, options);
  return found.problems.map(({ code, place, message, hint }) => {
    const text = `${code} ${place.source}:${place.line}:${place.column} ${message}`;
    return (hint === undefined ? text : `${text} (${hint})`).replaceAll(`${home}/`, "");
  });
}

describe("files and directories", () => {
  test("a named file is read whatever its extension, a place names it as it was typed", async () => {
    const file = put("a.txt", named("a"));
    const { manifests } = await read([file]);
    expect(manifests[0]?.place).toEqual({ source: file, line: 1, column: 1 });
  });

  test("a directory gives its .yaml, .yml and .json files, sorted, and none below it", async () => {
    for (const name of ["b.yml", "a.yaml", "Z.yaml", "ä.yaml", "d/x.yaml"])
      put(name, named(name.replace(/[^a-z]/gi, "")));
    put("c.json", '{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}}');
    put("readme.md", "# no manifest");
    put("a.yaml.swp", "\0");
    expect(await names([home])).toEqual(["Zyaml", "ayaml", "byml", "c", "yaml"]);
  });

  test("-R reads what is below it, each directory where its name stands", async () => {
    for (const name of ["b.yaml", "a/z.yaml", "a/b/c.yaml", "c/a.yaml"])
      put(name, named(name.replace(/\W/g, "")));
    expect(await names([home], { recursive: true })).toEqual(["abcyaml", "azyaml", "byaml", "cayaml"]);
  });

  test("a trailing slash is not doubled in the source", async () => {
    put("d/a.yaml", named("a"));
    const { manifests } = await read([`${home}/d/`]);
    expect(manifests[0]?.place.source).toBe(`${home}/d/a.yaml`);
  });

  test("files are read in the order they are named, one that is reached twice once", async () => {
    const b = put("d/b.yaml", named("b"));
    const a = put("d/a.yaml", named("a"));
    symlinkSync(a, join(home, "link.yaml"));
    expect(await names([b, join(home, "d"), b, join(home, "link.yaml")])).toEqual(["b", "a"]);
  });

  test("a ConfigMap's mount is read once, by its visible names", async () => {
    put("..2024_01_01/a.yaml", named("a"));
    symlinkSync("..2024_01_01", join(home, "..data"));
    symlinkSync("..data/a.yaml", join(home, "a.yaml"));
    const { manifests, problems } = await read([home], { recursive: true });
    expect(problems).toEqual([]);
    expect(manifests.map(({ place }) => place.source)).toEqual([join(home, "a.yaml")]);
  });

  test("a link to a directory above does not send -R round", async () => {
    put("d/a.yaml", named("a"));
    symlinkSync("..", join(home, "d/up"));
    symlinkSync("..", join(home, "d/up.yaml"));
    expect(await names([home], { recursive: true })).toEqual(["a"]);
  });

  test("a .json file is strict JSON, a .yaml file may hold JSON with a trailing comma", async () => {
    const text = '{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"},}';
    expect(await problems([put("a.json", text)])).toEqual([
      "syntax a.json:1:69 a comma before `}` (JSON has no trailing comma: remove it)",
    ]);
    expect(await names([put("a.yaml", text)])).toEqual(["a"]);
  });
});

describe("what can't be read is a problem, and the rest is still looked at", () => {
  test("missing, dangling, looping, and a file where a directory should be", async () => {
    const a = put("a.yaml", "a: [\n");
    symlinkSync("nowhere", join(home, "dangling.yaml"));
    symlinkSync("loop.yaml", join(home, "loop.yaml"));
    const files = ["missing.yaml", "dangling.yaml", "loop.yaml", "a.yaml/b"].map((name) => join(home, name));
    expect(await problems([...files, a])).toEqual([
      "source missing.yaml:1:1 no such file or directory (check the path, and the directory that it starts from)",
      "source dangling.yaml:1:1 a symbolic link to nothing (correct the link or remove it)",
      "source loop.yaml:1:1 a symbolic link that leads back to itself (correct the link or remove it)",
      "source a.yaml/b:1:1 no such file: a part of the path is a file, not a directory (check the path)",
      "syntax a.yaml:1:4 a `[` that is never closed by `]` (close it, and indent all its lines deeper than the key before it)",
    ]);
  });

  test("a dangling and a looping link in a directory", async () => {
    put("a.yaml", named("a"));
    symlinkSync("nowhere", join(home, "b.yaml"));
    symlinkSync("c.yaml", join(home, "c.yaml"));
    expect(await problems([home])).toEqual([
      "source b.yaml:1:1 a symbolic link to nothing (correct the link or remove it)",
      "source c.yaml:1:1 a symbolic link that leads back to itself (correct the link or remove it)",
    ]);
  });

  test("a file without permission", async () => {
    const file = put("a.yaml", named("a"));
    chmodSync(file, 0);
    // The superuser may read it all the same: then there is nothing to see.
    const readable = canRead(file);
    expect(await problems([file])).toEqual(
      readable
        ? []
        : [
            "source a.yaml:1:1 permission denied (check its owner and mode, and those of the directories above it)",
          ],
    );
  });

  test("a FIFO, a device, a socket", async () => {
    const fifo = join(home, "pipe.yaml");
    execFileSync("mkfifo", [fifo]);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(join(home, "s.yaml"), resolve));
    try {
      expect(await problems([home, "/dev/zero"])).toEqual([
        "source pipe.yaml:1:1 a FIFO, not a file (read it through standard input, as in: kapply apply -f - < pipe.yaml)",
        "source s.yaml:1:1 a socket, not a file",
        "source /dev/zero:1:1 a device, not a file",
      ]);
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });

  test("URLs and empty names", async () => {
    expect(await problems(["https://example.com/a.yaml", ""])).toEqual([
      "source https://example.com/a.yaml:1:1 a URL, which kapply does not fetch (fetch it first, as in: curl -fsSL https://example.com/a.yaml | kapply apply -f -)",
      "source -f:1:1 an empty file name (name a file, a directory, or - for standard input; is a variable empty?)",
    ]);
  });

  test("files over the limits, before they are read", async () => {
    const a = put("a.yaml", `${named("a")}# ${"x".repeat(20_000)}\n`);
    const b = put("b.yaml", `${named("b")}# ${"x".repeat(900)}\n`);
    expect(await problems([a, b], { maxFileBytes: 1000 })).toEqual([
      "too-large a.yaml:1:1 the file has 19.6 KiB, more than the limit of 1000 bytes (split it into several files, or raise --max-file-size)",
    ]);
    expect(await problems([a, b], { maxTotalBytes: 20_500 })).toEqual([
      "too-large a.yaml:1:1 all files together have 20.5 KiB, more than the limit of 20 KiB (apply them in several runs, or raise --max-total-size)",
    ]);
  });

  test("a file of the kernel that says it is empty and is not", async () => {
    expect(await problems(["/proc/self/status"])).toEqual([
      "source /proc/self/status:1:1 the file changed while it was read (run again when whatever writes it is done)",
    ]);
  });

  test("nothing to apply has a code of its own", async () => {
    const empty = put("a.yaml", "# nothing\n---\n");
    put("d/e/a.yaml", named("a"));
    expect(await problems([empty])).toEqual([
      "empty a.yaml:1:1 no manifest in a.yaml: nothing but empty documents and comments (where that is fine, apply, diff and validate take --allow-empty)",
    ]);
    expect(await problems([join(home, "d")])).toEqual([
      "empty d:1:1 no .yaml, .yml or .json file in d (name the file itself if it has another extension; -R reads those in directories below, too)",
    ]);
  });
});

function canRead(file: string): boolean {
  try {
    readFileSync(file);
    return true;
  } catch {
    return false;
  }
}

describe("standard input", () => {
  test("is read once, where its name stands", async () => {
    let reads = 0;
    const readStdin = () => {
      reads += 1;
      return Promise.resolve(bytes(named("in")));
    };
    const a = put("a.yaml", named("a"));
    expect(await names([a, "-", "-"], { readStdin })).toEqual(["a", "in"]);
    expect(reads).toBe(1);
  });

  test("that is a terminal is a problem", async () => {
    expect(await problems(["-"], { stdinIsTerminal: true })).toEqual([
      "source -:1:1 standard input is a terminal (pipe manifests in, as in: kustomize build . | kapply apply -f -)",
    ]);
  });

  test("that is too large or fails is a problem, an interruption is not", async () => {
    const large = { readStdin: () => Promise.resolve(bytes(named("a"))), maxFileBytes: 10 };
    expect((await problems(["-"], large))[0]).toMatch(
      /^too-large -:1:1 standard input has more than the limit/,
    );
    const failing = { readStdin: () => Promise.reject(new Error("EIO")) };
    expect(await problems(["-"], failing)).toEqual(["source -:1:1 it can't be read: EIO"]);
    const stopped = { readStdin: () => Promise.reject(new KapplyError("interrupted", "interrupted")) };
    await expect(read(["-"], stopped)).rejects.toThrow("interrupted");
  });
});

describe("encodings", () => {
  test("a byte order mark is fine", async () => {
    expect(await names([put("a.yaml", `\ufeff${named("a")}`)])).toEqual(["a"]);
  });

  test.each([
    ["UTF-16LE with its mark", Buffer.from(`\ufeff${named("a")}`, "utf16le"), "UTF-16LE"],
    ["UTF-16LE without", Buffer.from(named("a"), "utf16le"), "UTF-16LE"],
    ["UTF-16BE with its mark", Buffer.from(`\ufeff${named("a")}`, "utf16le").swap16(), "UTF-16BE"],
    ["UTF-16BE without", Buffer.from(named("a"), "utf16le").swap16(), "UTF-16BE"],
  ])("%s", async (_name, content, encoding) => {
    expect(await problems([put("a.yaml", content)])).toEqual([
      `syntax a.yaml:1:1 this is ${encoding} text, where UTF-8 is expected (convert it, as in: iconv -f ${encoding} -t UTF-8)`,
    ]);
  });

  test.each([
    ["a byte that starts nothing", [0xff], "0xFF"],
    ["a character cut short", [0xc3, 0x28], "0xC3"],
    ["a character cut at the end", [0xe2, 0x82], "0xE2"],
    ["Latin-1", [0xe9, 0x0a], "0xE9"],
  ])("%s, told by its place", async (_name, tail, byte) => {
    const content = Buffer.concat([Buffer.from("a: é\nb: 日x"), Buffer.from(tail)]);
    expect((await problems([put("a.yaml", content)]))[0]).toMatch(
      new RegExp(`^syntax a.yaml:2:6 the byte ${byte} is not UTF-8`),
    );
  });
});
