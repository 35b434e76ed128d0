/** From what ajv found to problems that a person can act on. */
import { getPath, type Json } from "../json.js";
import type { Manifest, Path, Problem, ProblemCode } from "../model.js";
import { pathText } from "./describe.js";
import { say } from "./sayings.js";
import { nearest } from "../words.js";
import type { Finding } from "./validator.js";

/** The problems of an object, in the order of their places. */
export function explain(findings: readonly Finding[], manifest: Manifest): Problem[] {
  const problems = withoutBranches(findings).map((finding) => {
    const path = realPath(finding.path, manifest.body);
    const seen = { value: getPath(manifest.body, path), path, secret: isSecret(manifest, path) };
    const { code, message, hint, below = [] } = say(finding, seen);
    return problemAt(manifest, [...path, ...below], code, message, hint);
  });
  return withoutEchoes(withoutMisspelt(problems, findings, manifest.body));
}

/** A required field that is there, but misspelt, is one mistake and not two. */
function withoutMisspelt(problems: Problem[], findings: readonly Finding[], body: Json): Problem[] {
  const meant = findings.flatMap(({ keyword, params, path }) => {
    if (keyword !== "unknownField") return [];
    const near = nearest(params.name as string, params.known as string[]);
    return near === undefined ? [] : [pathText([...realPath(path, body), near])];
  });
  return problems.filter(({ code, path }) => code !== "missing-field" || !meant.includes(path));
}

/** A problem at a path of a manifest. */
export function problemAt(
  manifest: Manifest,
  path: Path,
  code: ProblemCode,
  message: string,
  hint?: string,
): Problem {
  // A field that should not be there is shown by its name, anything else by its value.
  const place = manifest.placeOf(path, code === "unknown-field" ? "key" : "value");
  return { code, message, place, path: pathText(path), ref: manifest.ref, hint };
}

/** Whether the value at a path must never be shown. */
function isSecret(manifest: Manifest, path: Path): boolean {
  const [first, second] = path;
  if (first === "metadata" && second === "annotations") return true;
  return manifest.ref.kind === "Secret" && (first === "data" || first === "stringData");
}

/** Steps of a JSON pointer are texts; where the value is a list they are indexes. */
function realPath(steps: Path, body: Json): Path {
  let at: Json | undefined = body;
  return steps.map((step) => {
    const real = Array.isArray(at) ? Number(step) : step;
    at = getPath(at, [real]);
    return real;
  });
}

/** Leaves out what the branches of a failed `anyOf`, `oneOf` or `not` say: the whole says it once. */
function withoutBranches(findings: readonly Finding[]): Finding[] {
  const wholes = findings.filter(({ keyword }) => keyword === "anyOf" || keyword === "oneOf");
  if (wholes.length === 0) return [...findings];
  return findings.filter(
    (finding) =>
      !wholes.some(
        (whole) =>
          finding.schemaPath.startsWith(`${whole.schemaPath}/`) &&
          whole.path.every((step, index) => finding.path[index] === step),
      ),
  );
}

/** One problem of a kind at a path is enough. */
function withoutEchoes(problems: Problem[]): Problem[] {
  const seen = new Set<string>();
  return problems.filter(({ code, path, message }) => {
    const key = JSON.stringify([code, path, message]);
    const is = seen.has(key);
    seen.add(key);
    return !is;
  });
}
