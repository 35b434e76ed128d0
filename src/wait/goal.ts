/**
 * What `--for` asks to wait for.
 *
 * Source: kubectl pkg/cmd/wait/wait.go, pkg/cmd/get/customcolumn.go (paths without braces or dot).
 */
import { KapplyError } from "../errors.js";
import { nearest } from "../words.js";
import { parseJsonPath } from "./json-path.js";
import type { Step } from "./json-path.js";

export type Goal =
  | { is: "ready" }
  | { is: "create" }
  | { is: "delete" }
  | { is: "condition"; name: string; status: string }
  /** `path` as it was written; without a value any will do. */
  | { is: "jsonpath"; path: string; steps: readonly Step[]; value?: string | undefined };

const words = ["ready", "create", "delete"] as const;
const forms = "ready, create, delete, condition=NAME[=VALUE], jsonpath={PATH}[=VALUE]";

/**
 * Reads the value of `--for`.
 * @throws KapplyError `usage` that says what is wrong, and names the likeliest meant form.
 */
export function parseFor(text: string): Goal {
  const word = words.find((one) => one === text.toLowerCase());
  if (word !== undefined) return { is: word };
  const [, form, rest = ""] = /^(condition|jsonpath)=([^]*)$/.exec(text) ?? [];
  if (form === "condition") return conditionGoal(rest);
  if (form === "jsonpath") return pathGoal(rest);
  throw new KapplyError("usage", `--for=${text} is none of ${forms}`, { hint: hintFor(text) });
}

function hintFor(text: string): string {
  if (/^['"]?[{.$]/.test(text)) return `for a value at a path: --for=jsonpath=${text}`;
  const [head = ""] = text.split("=", 1);
  const near = nearest(head, [...words, "condition", "jsonpath"]);
  if (near === "condition") return "--for=condition=NAME, as in --for=condition=Available";
  if (near === "jsonpath")
    return "--for=jsonpath={.PATH}=VALUE, as in --for=jsonpath={.status.phase}=Running";
  if (near !== undefined) return `did you mean --for=${near}?`;
  return /^\w+(=\w+)?$/.test(text) ? `for a condition of that name: --for=condition=${text}` : `--for=ready`;
}

function conditionGoal(text: string): Goal {
  const [, name = "", status] = /^([^=]*)(?:=([^]*))?$/.exec(text) ?? [];
  if (name.trim() !== "" && status !== "") return { is: "condition", name, status: status ?? "True" };
  throw new KapplyError("usage", `--for=condition=${text} does not name a condition and its value`, {
    hint: "--for=condition=Available, or --for=condition=Available=False",
  });
}

function pathGoal(text: string): Goal {
  const [path, given] = splitPath(text);
  const steps = parseJsonPath(path);
  if (given === undefined) return { is: "jsonpath", path, steps };
  if (given.startsWith("="))
    throw new KapplyError("usage", `--for=jsonpath=${text} has two equal signs after the path`, {
      hint: `one is enough: --for=jsonpath=${path}=${given.replace(/^=+/, "") || "VALUE"}`,
    });
  const value = given.replace(/^['"]+|['"]+$/g, "");
  if (value !== "") return { is: "jsonpath", path, steps, value };
  throw new KapplyError("usage", `--for=jsonpath=${text} has no value after the equal sign`, {
    hint: `--for=jsonpath=${path}=VALUE, or --for=jsonpath=${path} for any value`,
  });
}

/** In quotes: what an argument of a container has, where no shell takes them away. */
const quotedPath = /^(['"])([^]*?)\1(?:=([^]*))?$/;
/** In braces, up to the first closing one outside of quotes. */
const bracedPath = /^(\{(?:[^}"']|"(?:[^"\\]|\\[^])*"|'(?:[^'\\]|\\[^])*')*\})(?:=([^]*))?$/;

function splitPath(text: string): [path: string, value?: string | undefined] {
  const quoted = quotedPath.exec(text);
  if (quoted !== null) return [quoted[2] ?? "", quoted[3]];
  const braced = bracedPath.exec(text);
  if (braced !== null) return [braced[1] ?? "", braced[2]];
  // Without braces a filter's == belongs to the path, and a single = ends it.
  const [path = "", value, ...more] = text.split(/(?<!=)=(?!=)/);
  if (more.length === 0 && !/^\{|\}$/.test(path)) return [path, value];
  throw new KapplyError(
    "usage",
    `--for=jsonpath=${text} is not a path, and at most one value after an equal sign`,
    {
      hint: "put the path in braces, and the whole in quotes: --for='jsonpath={.status.phase}=Running'",
    },
  );
}
