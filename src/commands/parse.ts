/** Arguments -> values, with kubectl's habits: `-f a,b`, `-n=x`, `-nx`, `--dry-run` with and without a value. */
import { KapplyError } from "../errors.js";
import { nearest } from "../words.js";
import { flags } from "./flags.js";
import type { Flag, FlagName } from "./flags.js";

/** What the command line said. */
export interface Values {
  on: (name: FlagName) => boolean;
  text: (name: FlagName) => string | undefined;
  list: (name: FlagName) => string[];
  /** What is no flag. */
  rest: string[];
}

/** Parses the arguments after the command's name. Throws `usage`, naming the flag and the likeliest meant one. */
export function parseArguments(args: readonly string[], allowed: readonly FlagName[]): Values {
  const given = new Map<FlagName, string[]>();
  const rest: string[] = [];
  const queue = [...args];
  for (let arg = queue.shift(); arg !== undefined; arg = queue.shift()) {
    if (arg === "--") rest.push(...queue.splice(0));
    else if (arg === "-" || !arg.startsWith("-")) rest.push(arg);
    else {
      const { name, inline } = arg.startsWith("--") ? longFlag(arg, allowed) : shortFlag(arg, allowed, queue);
      const value = valueOf(name, inline, queue);
      given.set(name, [...(given.get(name) ?? []), ...value]);
    }
  }
  return {
    on: (name) => given.get(name)?.at(-1) === "true",
    text: (name) => given.get(name)?.at(-1),
    list: (name) => given.get(name) ?? [],
    rest,
  };
}

interface Given {
  name: FlagName;
  inline: string | undefined;
}

function longFlag(arg: string, allowed: readonly FlagName[]): Given {
  const [, name = "", inline] = /^--([^=]*)(?:=([\s\S]*))?$/.exec(arg) ?? [];
  const found = allowed.find((flag) => flag === name);
  if (found !== undefined) return { name: found, inline };
  if (name === "all-namespaces")
    throw new KapplyError("usage", "unknown flag --all-namespaces", { hint: oneNamespace });
  if (name === "kustomize") throw new KapplyError("usage", "unknown flag --kustomize", { hint: kustomize });
  const near = nearest(name, allowed);
  throw new KapplyError("usage", `unknown flag --${name}`, {
    hint: near === undefined ? "see --help for the flags" : `did you mean --${near}?`,
  });
}

const oneNamespace = "a run is about one namespace: name it with -n, and run once for each";
const kustomize = "kapply renders nothing: kubectl kustomize DIR | kapply apply -f -";

/** `-n x`, `-n=x`, `-nx`; switches may be bundled, as in `-Rf dir`. */
function shortFlag(arg: string, allowed: readonly FlagName[], queue: string[]): Given {
  const letter = arg.slice(1, 2);
  const name = allowed.find((flag) => flagOf(flag).short === letter);
  if (name === undefined) {
    const hints: Partial<Record<string, string>> = { k: kustomize, A: oneNamespace };
    const hint = hints[letter] ?? "see --help for the flags";
    throw new KapplyError("usage", `unknown flag -${letter} in ${arg}`, { hint });
  }
  const tail = arg.slice(2);
  if (tail === "") return { name, inline: undefined };
  if (tail.startsWith("=")) return { name, inline: tail.slice(1) };
  if (flagOf(name).takes !== "switch") return { name, inline: tail };
  queue.unshift(`-${tail}`);
  return { name, inline: "true" };
}

function valueOf(name: FlagName, inline: string | undefined, queue: string[]): string[] {
  const flag = flagOf(name);
  if (flag.takes === "switch") return [switchValue(name, inline ?? "true")];
  const value = inline ?? flag.bare ?? queue.shift();
  const isFlag = inline === undefined && flag.bare === undefined && /^-[^\d]/.test(value ?? ""); // -1s is none
  if (value === undefined || isFlag) {
    throw new KapplyError("usage", `flag --${name} needs a value`, {
      hint: `--${name}=${flag.value ?? "VALUE"}`,
    });
  }
  if (flag.choices !== undefined && !flag.choices.includes(value)) {
    throw new KapplyError("usage", `--${name}=${value} is not one of ${flag.choices.join(", ")}`);
  }
  return flag.takes === "list" ? value.split(",").filter((item) => item !== "") : [value];
}

function switchValue(name: FlagName, value: string): string {
  if (["true", "t", "1", "yes"].includes(value.toLowerCase())) return "true";
  if (["false", "f", "0", "no"].includes(value.toLowerCase())) return "false";
  throw new KapplyError("usage", `--${name}=${value} is neither true nor false`);
}

function flagOf(name: FlagName): Flag {
  return flags[name];
}

/** A duration in milliseconds: `300ms`, `90s`, `1h30m`, seconds without a unit. 0 is for no limit: undefined. */
export function duration(values: Values, name: FlagName, byDefault: number): number | undefined {
  const text = values.text(name);
  if (text === undefined) return byDefault;
  return milliseconds(text, name) || undefined;
}

/**
 * How long a run may take, in milliseconds: Infinity for a negative `--timeout`, and 0 where it says 0, which is no limit
 * to most commands and a single look to `wait`, as in kubectl (k8s.io/kubectl pkg/cmd/wait/wait.go).
 */
export function timeout(values: Values, byDefault: number): number {
  const text = values.text("timeout");
  if (text === undefined) return byDefault;
  const limit = milliseconds(text.replace(/^-/, ""), "timeout");
  return text.startsWith("-") && limit > 0 ? Infinity : limit;
}

function milliseconds(text: string, name: FlagName): number {
  const units: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
  if (!/^(\d+(\.\d+)?|(\d+(\.\d+)?(ms|s|m|h))+)$/.test(text)) {
    throw new KapplyError("usage", `--${name}=${text} is not a duration`, {
      hint: "write it as 300ms, 90s, 5m or 1h30m",
    });
  }
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)?/g)];
  return parts.reduce((sum, [, amount, unit = "s"]) => sum + Number(amount) * (units[unit] ?? 0), 0);
}

/** A whole number of at least 1. */
export function count(values: Values, name: FlagName, byDefault: number): number {
  const text = values.text(name);
  if (text === undefined) return byDefault;
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new KapplyError("usage", `--${name}=${text} is not a whole number of at least 1`);
}

/** A size in bytes: `16Mi`, `500k`, bytes without a unit. */
export function size(values: Values, name: FlagName): number | undefined {
  const text = values.text(name);
  if (text === undefined) return undefined;
  const units: Record<string, number> = {
    "": 1,
    k: 1e3,
    M: 1e6,
    G: 1e9,
    Ki: 2 ** 10,
    Mi: 2 ** 20,
    Gi: 2 ** 30,
  };
  const [, amount, unit = ""] = /^(\d+)(k|M|G|Ki|Mi|Gi)?$/.exec(text) ?? [];
  if (amount === undefined) {
    throw new KapplyError("usage", `--${name}=${text} is not a size`, { hint: "write it as 16Mi or 500k" });
  }
  return Number(amount) * (units[unit] ?? 1);
}

/** The `--output` of what is told as text or JSON alone. Throws `usage` for any other. */
export function textOrJson(values: Values, teller: string): "text" | "json" {
  const output = values.text("output") ?? "text";
  if (output === "text" || output === "json") return output;
  throw new KapplyError("usage", `-o ${output} is not for ${teller}: it takes text or json`);
}
