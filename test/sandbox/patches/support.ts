import fc from "fast-check";
import type { Json, JsonObject } from "../../../src/json.js";
import { StatusError } from "../../../src/sandbox/status.js";

/** The value, which throws from now on if anything changes it. */
export function frozen<T extends Json>(value: T): T {
  if (typeof value === "object" && value !== null) {
    Object.values(value).forEach((part) => frozen(part));
    Object.freeze(value);
  }
  return value;
}

/** The `Status` that an action ends in. */
export function statusOf(act: () => unknown): JsonObject {
  try {
    act();
  } catch (error) {
    if (error instanceof StatusError) return error.status;
    throw error;
  }
  throw new Error("nothing was refused");
}

const key = fc.constantFrom("a", "b", "c/d", "~e", "~1", "__proto__", "0", "");

/** Objects of few keys, so that two of them have much in common. */
export function documents({ nulls }: { nulls: boolean }): fc.Arbitrary<JsonObject> {
  const { object } = fc.letrec<{ value: Json; object: JsonObject; list: Json[] }>((tie) => ({
    value: fc.oneof(
      { depthSize: "small" },
      fc.constantFrom<Json>(1, 2, "x", true, 9007199254740993n, ...(nulls ? [null] : [])),
      tie("object"),
      tie("list"),
    ),
    object: fc.dictionary(key, tie("value"), { maxKeys: 4 }),
    list: fc.array(tie("value"), { maxLength: 3 }),
  }));
  return object;
}
