/** A Dockerfile read and, as far as that goes without a container runtime, carried out in folders. */
import { cpSync, existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";

export type Instruction =
  | { is: "copy"; from: string | undefined; sources: string[]; to: string }
  /** `form`: exec has no shell between. */
  | { is: "run" | "entrypoint" | "cmd"; form: "exec" | "shell"; words: string[] }
  | { is: "env"; name: string; value: string }
  | { is: "user" | "workdir"; value: string };

export interface Stage {
  /** The image or stage that it begins with, ARGs filled in. */
  base: string;
  name: string | undefined;
  instructions: Instruction[];
}

/** Reads the instructions that ours has; throws for any other. */
export function readDockerfile(text: string): Stage[] {
  const lines = text
    .split("\n")
    .filter((line) => line.trim() !== "" && !line.startsWith("#"))
    .join("\n")
    .replaceAll("\\\n", " ")
    .split("\n");
  const args = new Map<string, string>();
  const stages: Stage[] = [];
  for (const line of lines) {
    const [word = "", ...rest] = line.split(/\s+/);
    const value = rest.join(" ");
    const filled = value.replace(/\$\{?(\w+)\}?/g, (all, name: string) => args.get(name) ?? all);
    if (word === "ARG") args.set(value.split("=")[0] ?? "", value.slice(value.indexOf("=") + 1));
    else if (word === "FROM") {
      const [base = "", , name] = filled.split(" ").filter((one) => !one.startsWith("--"));
      stages.push({ base, name, instructions: [] });
    } else stages.at(-1)?.instructions.push(readInstruction(word, value));
  }
  return stages;
}

function readInstruction(word: string, value: string): Instruction {
  switch (word) {
    case "COPY": {
      const words = value.split(" ");
      const from = words.find((one) => one.startsWith("--from="))?.slice("--from=".length);
      const paths = words.filter((one) => !one.startsWith("--"));
      return { is: "copy", from, sources: paths.slice(0, -1), to: paths.at(-1) ?? "" };
    }
    case "RUN":
    case "ENTRYPOINT":
    case "CMD": {
      const is = word.toLowerCase() as "run" | "entrypoint" | "cmd";
      return value.startsWith("[")
        ? { is, form: "exec", words: JSON.parse(value) as string[] }
        : { is, form: "shell", words: value.split(" ") };
    }
    case "ENV":
      return { is: "env", name: value.split("=")[0] ?? "", value: value.slice(value.indexOf("=") + 1) };
    case "USER":
    case "WORKDIR":
      return { is: word === "USER" ? "user" : "workdir", value };
    default:
      throw new Error(`the tests know no instruction ${word}`);
  }
}

/** What a .dockerignore of the form "nothing but these" lets through; throws where it has another form. */
export function readAllowed(text: string): string[] {
  const [first, ...rest] = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  if (first !== "*" || rest.some((line) => !/^![\w.-]+$/.test(line)))
    throw new Error("the tests know no .dockerignore but one of `*` and `!NAME`s");
  return rest.map((line) => line.slice(1));
}

/**
 * Carries out the stages in folders below `root`, each its own file system. `run` is handed each RUN with the folder
 * that is `/` and the one it runs in, and does what stands for it here. Gives the folder of the last stage.
 */
export async function layOut(
  stages: readonly Stage[],
  context: string,
  root: string,
  run: (words: string[], inRoot: string, cwd: string) => Promise<void>,
): Promise<string> {
  const folders = new Map<string, string>();
  let folder = "";
  for (const [at, { name, instructions }] of stages.entries()) {
    folder = path.join(root, name ?? `stage-${at}`);
    mkdirSync(folder);
    if (name !== undefined) folders.set(name, folder);
    let cwd = folder;
    for (const instruction of instructions) {
      if (instruction.is === "workdir") cwd = path.join(folder, instruction.value);
      if (instruction.is === "copy")
        copy(instruction, folders.get(instruction.from ?? "") ?? context, cwd, folder);
      if (instruction.is === "run") await run(instruction.words, folder, cwd);
    }
  }
  return folder;
}

function copy(
  { sources, to }: Extract<Instruction, { is: "copy" }>,
  from: string,
  cwd: string,
  folder: string,
): void {
  const target = to.startsWith("/") ? path.join(folder, to) : path.join(cwd, to);
  for (const source of sources) {
    const file = path.join(from, source);
    const intoFolder = to.endsWith("/") && !statSync(file).isDirectory();
    cpSync(file, intoFolder ? path.join(target, path.basename(source)) : target, { recursive: true });
  }
}

/** The files of a folder, by what they hold and may: what a run must leave as it was. */
export function snapshotOf(folder: string, names: readonly string[]): unknown[] {
  return names
    .filter((name) => existsSync(path.join(folder, name)))
    .map((name) => {
      const { mode, size, mtimeMs } = statSync(path.join(folder, name));
      return { name, mode, size, mtimeMs, first: readFileSync(path.join(folder, name)).subarray(0, 64) };
    });
}
