/** The steps of a random sequence, as data: what is sent depends on them and on what is live. */
import fc from "fast-check";
import type { Json, JsonObject } from "../../../src/json.js";
import type { Subject } from "./subject.js";
import { maybe, metadata, object, oneOf, slipping } from "./values.js";

/** How a PUT says which version it replaces. */
type Version = "live" | "none" | "stale";

interface Common {
  /** None: the server goes by the user agent, or refuses. */
  manager: string | undefined;
  subresource: string;
  dryRun: boolean;
  fieldValidation: string | undefined;
  /** Which of the kind's versions is spoken. */
  version: number;
}

export type Step = Common & Action;

type Action =
  | { is: "create"; body: JsonObject }
  | { is: "apply"; body: JsonObject; force: boolean }
  /** A PUT of this alone, or of what is live with this merged into it. */
  | {
      is: "update";
      body: JsonObject;
      onto: "nothing" | "live";
      replaces: Version;
      managedFields: "kept" | "absent" | "empty";
    }
  | { is: "merge patch" | "strategic patch"; body: JsonObject }
  | { is: "JSON patch"; operations: Operation[] }
  | { is: "delete"; propagation: string | undefined; replaces: Version };

/** An operation of a JSON patch at a place that is picked from what is live. */
export interface Operation {
  op: "add" | "replace" | "remove" | "test" | "copy" | "move";
  at: number;
  from: number;
  /** Put behind the picked place. */
  suffix: string;
  /** "live": what is there; "alike": another value of its type. */
  value: Json;
}

const operation: fc.Arbitrary<Operation> = fc.record({
  op: fc.constantFrom("add", "replace", "remove", "test", "copy", "move"),
  at: fc.nat(200),
  from: fc.nat(200),
  suffix: fc.oneof(
    { arbitrary: fc.constant(""), weight: 8 },
    { arbitrary: fc.constantFrom("/-", "/new", "/0"), weight: 1 },
  ),
  value: oneOf<Json>(
    ...Array.from({ length: 12 }, () => "alike"),
    "live",
    "live",
    "live",
    "a",
    "b",
    "",
    1,
    0,
    true,
    null,
    {},
    [],
    { a: "b" },
    ["a"],
    {
      name: "a",
      value: "b",
    },
  ),
});

function body(fields: fc.Arbitrary<JsonObject>, weight = 6): fc.Arbitrary<JsonObject> {
  const withMetadata = fc
    .tuple(fields, maybe(metadata, 2))
    .map(([rest, meta]): JsonObject => ({ ...rest, metadata: meta ?? {} }));
  return slipping(withMetadata, weight);
}

/** Directives of strategic merge patches, somewhere at the top of a patch. */
function withDirectives(fields: fc.Arbitrary<JsonObject>): fc.Arbitrary<JsonObject> {
  const directive = maybe(
    fc.constantFrom<JsonObject>(
      { $patch: "replace" },
      { $patch: "delete" },
      { $patch: "merge" },
      { "$deleteFromPrimitiveList/finalizers": ["example.com/one"] },
      { "$setElementOrder/containers": [{ name: "two" }, { name: "one" }] },
      { $retainKeys: ["type"] },
    ),
    5,
  );
  return fc.tuple(fields, directive, fc.nat(12)).map(([value, extra, at]) => {
    if (extra === undefined) return value;
    const copy = structuredClone(value);
    const objects: JsonObject[] = [];
    const collect = (one: unknown): void => {
      if (Array.isArray(one)) one.forEach(collect);
      else if (one !== null && typeof one === "object") {
        objects.push(one as JsonObject);
        Object.values(one).forEach(collect);
      }
    };
    collect(copy);
    Object.assign(objects[at % objects.length] ?? copy, extra);
    return copy;
  });
}

function actions(subject: Subject): fc.Arbitrary<Action> {
  const { whole, part, definition } = subject;
  const is = <T extends string>(name: T): fc.Arbitrary<T> => fc.constant(name);
  const replaces = fc.constantFrom<Version>("live", "live", "none", "stale");
  const applied = fc.oneof(body(whole), body(part));
  const managedFields = fc.constantFrom<"kept" | "absent" | "empty">(
    "kept",
    "kept",
    "kept",
    "absent",
    "empty",
  );
  return fc.oneof(
    { weight: 20, arbitrary: fc.record({ is: is("create"), body: body(whole) }) },
    { weight: 70, arbitrary: fc.record({ is: is("apply"), body: applied, force: fc.boolean() }) },
    {
      weight: 30,
      arbitrary: fc.record({
        is: is("update"),
        body: body(whole),
        onto: fc.constantFrom("nothing", "live"),
        replaces,
        managedFields,
      }),
    },
    { weight: 30, arbitrary: fc.record({ is: is("merge patch"), body: body(part) }) },
    // Custom resources have none: it is refused by its content type.
    {
      weight: definition === undefined ? 30 : 3,
      arbitrary: fc.record({ is: is("strategic patch"), body: withDirectives(body(part)) }),
    },
    {
      weight: 30,
      arbitrary: fc.record({
        is: is("JSON patch"),
        operations: fc.array(operation, { minLength: 1, maxLength: 2 }),
      }),
    },
    {
      weight: 10,
      arbitrary: fc.record({
        is: is("delete"),
        // What is left to the garbage collector happens some time later.
        propagation: fc.constantFrom(undefined, undefined, "Background", "Sideways"),
        replaces,
      }),
    },
  );
}

/** Steps that write to a subresource: the same verbs, other bodies. */
function below(subject: Subject, subresource: string): fc.Arbitrary<Action> {
  const scale = object({ spec: maybe(object({ replicas: maybe(oneOf<Json>(0, 1, 2, -1, "x"), 0) }), 0) });
  const fields = subresource === "scale" ? scale : subject.status;
  return actions({ ...subject, whole: fields, part: fields });
}

/** Sequences about one object of the subject: most begin by making it. */
export function sequenceOf(subject: Subject): fc.Arbitrary<Step[]> {
  const rest = fc.array(stepOf(subject), { minLength: 1, maxLength: 14 });
  const first: fc.Arbitrary<Step> = fc
    .record({
      is: fc.constantFrom("create", "apply"),
      body: subject.whole,
      version: fc.nat(subject.apiVersions.length - 1),
    })
    .map(({ is, body: fields, version }) => {
      const common = { manager: "one", subresource: "", dryRun: false, fieldValidation: undefined, version };
      return { ...common, is, force: false, body: { ...fields, metadata: {} } };
    });
  return fc
    .tuple(maybe(first, 0.1), rest)
    .map(([one, others]) => (one === undefined ? others : [one, ...others]));
}

/** One step. */
function stepOf(subject: Subject): fc.Arbitrary<Step> {
  const to = (subresource: string, action: fc.Arbitrary<Action>): fc.Arbitrary<Step> =>
    fc
      .tuple(
        action,
        fc.record({
          manager: maybeManager,
          dryRun: rarely,
          fieldValidation: fc.oneof(
            { arbitrary: fc.constant(undefined), weight: 4 },
            { arbitrary: fc.constantFrom("Strict", "Warn", "Ignore"), weight: 3 },
          ),
          version: fc.nat(subject.apiVersions.length - 1),
        }),
      )
      .map(([one, common]) => ({ ...one, ...common, subresource }));
  return fc.oneof(
    { weight: 5, arbitrary: to("", actions(subject)) },
    ...subject.subresources.map((name) => ({ weight: 1, arbitrary: to(name, below(subject, name)) })),
  );
}

// An object holds ten entries of updates at most, the oldest go into one: who is oldest depends on the clock.
const maybeManager = fc.oneof(
  { arbitrary: fc.constantFrom("one", "two", "three"), weight: 20 },
  { arbitrary: fc.constant(undefined), weight: 1 },
);
const rarely = fc.oneof(
  { arbitrary: fc.constant(false), weight: 9 },
  { arbitrary: fc.constant(true), weight: 1 },
);
