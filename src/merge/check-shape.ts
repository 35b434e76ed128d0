/**
 * Whether a value fits its shape.
 *
 * Source, words included: sigs.k8s.io/structured-merge-diff, `typed/validate.go` and `typed/helpers.go`.
 */
import { getPath, isObject, type Json, type JsonObject } from "../json.js";
import type { KubeObject } from "../model.js";
import type { ListShape, MapShape, ScalarShape, Shape } from "../shape.js";
import { stepOf, whyNoStep } from "./forms.js";
import { goPlain, goSyntax, goType } from "./go-text.js";
import { fieldStep, indexStep, stepText, type Step } from "./path.js";

export interface ShapeProblem {
  /** `.spec.containers[name="web"].image`; empty for the object itself. */
  path: string;
  message: string;
}

/** Values that do not fit their shape: an apply is refused with it (the server answers 500). */
export class ShapeError extends Error {
  override readonly name = "ShapeError";
  constructor(
    /** What could not be done, as `failed to create typed patch object (/web; apps/v1, Kind=Deployment)`. */
    what: string,
    readonly problems: readonly ShapeProblem[],
  ) {
    super([what, problemsText(problems)].filter((part) => part !== "").join(": "));
  }
}

function problemsText(problems: readonly ShapeProblem[]): string {
  const lines = problems.map(({ path, message }) => (path === "" ? message : `${path}: ${message}`));
  const [only = ""] = lines;
  return lines.length === 1 ? only : ["errors:", ...lines.map((line) => `  ${line}`)].join("\n");
}

/** Whether items of sets and keyed lists may repeat: in what is stored they may, in what is applied not. */
export type Repeats = "allowed" | "refused";

/**
 * Checks an object of the shape. `what` says what failed if it does not fit.
 * @throws ShapeError
 */
export function checkShape(object: KubeObject, shape: Shape, repeats: Repeats, what: string): void {
  const problems = shapeProblems(object, shape, repeats);
  if (problems.length > 0) throw new ShapeError(what, problems);
}

/** `NAMESPACE/NAME; GROUP/VERSION, Kind=KIND`, as the server's messages name an object. */
export function describeObject(object: KubeObject): string {
  const text = (...path: string[]): string => {
    const value = getPath(object, path);
    return typeof value === "string" ? value : "";
  };
  const apiVersion = text("apiVersion");
  const version = apiVersion.includes("/") ? apiVersion : `/${apiVersion}`;
  return `${text("metadata", "namespace")}/${text("metadata", "name")}; ${version}, Kind=${text("kind")}`;
}

const fine: readonly ShapeProblem[] = [];

/** What does not fit in a value; of a map, nothing after the first key that is not declared. */
export function shapeProblems(value: Json, shape: Shape, repeats: Repeats): readonly ShapeProblem[] {
  switch (shape.is) {
    case "any":
      return fine;
    case "scalar":
      return value === null ? fine : scalarProblems(value, shape);
    case "map":
      if (isObject(value)) return mapProblems(value, shape, repeats);
      return value === null ? fine : problem(`expected map, got &{${goPlain(value)}}`);
    case "list":
      if (Array.isArray(value)) return listProblems(value, shape, repeats);
      return value === null ? fine : problem(`expected list, got &{${goPlain(value)}}`);
  }
}

function problem(message: string): ShapeProblem[] {
  return [{ path: "", message }];
}

function scalarProblems(value: Json, { type }: ScalarShape): readonly ShapeProblem[] {
  const is = typeof value;
  switch (type) {
    case "numeric":
      if (is === "number" || is === "bigint") return fine;
      return problem(`expected numeric (int or float), got ${goType(value)}`);
    case "string":
      return is === "string"
        ? fine
        : problem(`expected string, got &value.valueUnstructured{Value:${goSyntax(value)}}`);
    case "boolean":
      return is === "boolean" ? fine : problem(`expected boolean, got &{${goPlain(value)}}`);
    case "untyped":
      return is === "object" ? problem(`expected any scalar, got &{${goPlain(value)}}`) : fine;
  }
}

function mapProblems(map: JsonObject, shape: MapShape, repeats: Repeats): readonly ShapeProblem[] {
  let found = fine;
  for (const key of Object.keys(map)) {
    const known = shape.field(key) ?? shape.rest();
    if (known === undefined) {
      return [...found, ...below(fieldStep(key), problem("field not declared in schema"))];
    }
    const problems = shapeProblems(map[key] as Json, known, repeats);
    if (problems.length > 0) found = [...found, ...below(fieldStep(key), problems)];
  }
  return found;
}

function listProblems(list: readonly Json[], shape: ListShape, repeats: Repeats): readonly ShapeProblem[] {
  let found = fine;
  const seen = new Set<Step>();
  const itemShape = shape.item();
  for (const [at, item] of list.entries()) {
    const step = shape.type === "atomic" ? indexStep(at) : stepOf(shape, item);
    if (step === undefined) {
      return [...found, ...problem(`element ${String(at)}: ${whyNoStep(shape, item)}`)];
    }
    if (repeats === "refused" && seen.has(step)) {
      found = [...found, ...problem(`duplicate entries for key ${stepText(step)}`)];
    }
    seen.add(step);
    const problems = shapeProblems(item, itemShape, repeats);
    if (problems.length > 0) found = [...found, ...below(step, problems)];
  }
  return found;
}

function below(step: Step, problems: readonly ShapeProblem[]): ShapeProblem[] {
  return problems.map(({ path, message }) => ({ path: stepText(step) + path, message }));
}
