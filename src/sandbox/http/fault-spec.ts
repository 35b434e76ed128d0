/** Faults as they are written on a command line: `429,retry-after=1,every=5`. */
import { KapplyError } from "../../errors.js";
import { nearest } from "../../words.js";
import { errorBodies } from "./faults.js";
import type { Effect, ErrorBody, Fault } from "./faults.js";

/** What a fault can say, for a help text: each word with what it does. */
export const faultWords: readonly { word: string; meaning: string }[] = [
  { word: "400 to 599", meaning: "answers with this status, and does nothing" },
  { word: "expired-token", meaning: "the same as 401" },
  { word: "reset", meaning: "resets the connection before anything is done" },
  { word: "reset-after", meaning: "does what was asked, and resets the connection: the answer is lost" },
  { word: "truncate", meaning: "does what was asked, and cuts the body of the answer in the middle" },
  { word: "slow=2s", meaning: "waits first; alone, or beside one of the above" },
  { word: "retry-after=1", meaning: "with a status: seconds in a Retry-After header" },
  {
    word: "body=html",
    meaning: "with a status: status (JSON), text, html or none; by default as the real server",
  },
  { word: "message=TEXT", meaning: "with a status: what its body says (no commas)" },
  {
    word: "verb=patch",
    meaning: "only get, list, watch, create, update, patch, delete or deletecollection; a|b for several",
  },
  { word: "method=PATCH", meaning: "only this HTTP method; A|B for several" },
  { word: "path=/api/v1/*", meaning: "only these paths, without the query; * is any text, slashes too" },
  { word: "after=5", meaning: "leaves the first five alone" },
  { word: "every=3", meaning: "only every third" },
  { word: "rate=0.1", meaning: "only this share, drawn at random but always the same; seed=7 draws others" },
  { word: "first=2", meaning: "no more than twice; once is first=1" },
];

/** Faults to show, each with what it is for. */
export const faultExamples: readonly { spec: string; meaning: string }[] = [
  { spec: "429,retry-after=1,every=5", meaning: "every fifth request is told to come back in a second" },
  { spec: "reset,verb=patch,first=1", meaning: "the first PATCH meets a reset connection" },
  { spec: "reset-after,verb=create|patch,once", meaning: "one write is done, and its answer is lost" },
  { spec: "slow=500ms,path=/apis/*", meaning: "half a second more for all but the core group" },
  { spec: "502,body=html,rate=0.1,seed=7", meaning: "one request in ten meets a proxy's error page" },
];

const effects = ["reset", "reset-after", "truncate"] as const;
const verbs = ["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"] as const;
const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] as const;
const plain = [...effects, "expired-token", "once"] as const;
const keys = [
  ...["slow", "retry-after", "body", "message"],
  ...["verb", "method", "path", "after", "every", "rate", "seed", "first"],
] as const;

/**
 * Reads one fault: words and `key=value`, separated by commas, as `faultWords` lists them.
 * @throws KapplyError `usage`, naming the part that can't be read.
 */
export function parseFault(spec: string): Fault {
  const { words, values } = partsOf(spec);
  const effect = effectOf(spec, words, values);
  const delayMs = values.has("slow") ? durationOf(spec, values.get("slow") ?? "") : 0;
  if (effect === undefined && delayMs === 0)
    throw wrong(spec, "does not say what to do", "name a status, reset, reset-after, truncate or slow=2s");
  const once = words.includes("once");
  if (once && values.has("first")) throw wrong(spec, "has both once and first", "once is first=1");
  if (values.has("seed") && !values.has("rate")) throw wrong(spec, "has a seed and no rate", "add rate=0.1");
  return {
    spec,
    effect,
    delayMs,
    match: {
      verbs: listOf(spec, "verb", values.get("verb"), verbs),
      methods: listOf(spec, "method", values.get("method")?.toUpperCase(), methods),
      path: pathOf(spec, values.get("path")),
    },
    turns: {
      after: wholeOf(spec, "after", values, 0) ?? 0,
      every: wholeOf(spec, "every", values, 1) ?? 1,
      rate: rateOf(spec, values.get("rate")),
      seed: wholeOf(spec, "seed", values, 0) ?? 1,
      first: once ? 1 : (wholeOf(spec, "first", values, 1) ?? Infinity),
    },
  };
}

interface Parts {
  words: string[];
  values: Map<string, string>;
}

function partsOf(spec: string): Parts {
  const words: string[] = [];
  const values = new Map<string, string>();
  for (const part of spec.split(",").map((text) => text.trim())) {
    const [, key = "", value] = /^([^=]*)(?:=(.*))?$/s.exec(part) ?? [];
    if (value === undefined ? words.includes(key) : values.has(key)) throw wrong(spec, `says "${key}" twice`);
    if (value === undefined) words.push(knownWord(spec, key));
    else values.set(knownKey(spec, key, value), value);
  }
  return { words, values };
}

function knownWord(spec: string, word: string): string {
  if ((plain as readonly string[]).includes(word) || /^\d+$/.test(word)) return word;
  if (word === "") throw wrong(spec, "has an empty part");
  if ((keys as readonly string[]).includes(word))
    throw wrong(spec, `gives no value to "${word}"`, `write ${word}=...`);
  throw wrong(spec, `has an unknown part "${word}"`, suggestion(nearest(word, [...plain, ...keys])));
}

function knownKey(spec: string, key: string, value: string): string {
  if ((plain as readonly string[]).includes(key))
    throw wrong(spec, `gives a value to "${key}", which takes none`);
  if (!(keys as readonly string[]).includes(key))
    throw wrong(spec, `has an unknown part "${key}"`, suggestion(nearest(key, keys)));
  if (value === "") throw wrong(spec, `gives no value to "${key}"`);
  return key;
}

function effectOf(
  spec: string,
  words: readonly string[],
  values: ReadonlyMap<string, string>,
): Effect | undefined {
  const said = words.filter((word) => word !== "once");
  const [first, second] = said;
  if (first !== undefined && second !== undefined)
    throw wrong(
      spec,
      `says both "${first}" and "${second}"`,
      "give two faults: the first that matches is taken",
    );
  const reset = effects.find((effect) => effect === first);
  if (first !== undefined && reset === undefined) return errorOf(spec, first, values);
  const stray = ["retry-after", "body", "message"].find((key) => values.has(key));
  if (stray !== undefined)
    throw wrong(spec, `has "${stray}" and no status`, "begin with a status such as 429");
  return reset === undefined ? undefined : { is: reset };
}

function errorOf(spec: string, word: string, values: ReadonlyMap<string, string>): Effect {
  const status = word === "expired-token" ? 401 : Number(word);
  if (status < 400 || status > 599) throw wrong(spec, `names the status ${word}`, "use one from 400 to 599");
  const body = listOf(spec, "body", values.get("body"), errorBodies)?.[0] as ErrorBody | undefined;
  return {
    is: "error",
    status,
    retryAfter: wholeOf(spec, "retry-after", values, 0),
    body,
    message: values.get("message"),
  };
}

/** Of `a|b`, all of them known. */
function listOf(
  spec: string,
  key: string,
  text: string | undefined,
  known: readonly string[],
): string[] | undefined {
  const items = text?.split("|");
  const stray = items?.find((item) => !known.includes(item));
  if (stray !== undefined)
    throw wrong(spec, `has an unknown ${key} "${stray}"`, `use one of ${known.join(", ")}`);
  return items;
}

function wholeOf(
  spec: string,
  key: string,
  values: ReadonlyMap<string, string>,
  least: number,
): number | undefined {
  const text = values.get(key);
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text) && Number(text) >= least) return Number(text);
  throw wrong(spec, `has ${key}=${text}`, `use a whole number of at least ${least}`);
}

function rateOf(spec: string, text: string | undefined): number {
  if (text === undefined) return 1;
  if (/^(0?\.\d+|1(\.0+)?)$/.test(text) && Number(text) > 0) return Number(text);
  throw wrong(spec, `has rate=${text}`, "use a share above 0 and up to 1, such as 0.1");
}

function durationOf(spec: string, text: string): number {
  const units: Record<string, number> = { ms: 1, s: 1000, m: 60_000 };
  const [, amount, unit = "s"] = /^(\d{1,6}(?:\.\d{1,6})?)(ms|s|m)?$/.exec(text) ?? [];
  const total = Math.round(Number(amount) * (units[unit] ?? 0));
  if (total > 0 && total <= 3_600_000) return total;
  throw wrong(spec, `has slow=${text}`, "use a duration of up to an hour, such as 500ms or 2s");
}

function pathOf(spec: string, glob: string | undefined): string | undefined {
  if (glob === undefined || /^[/*]/.test(glob)) return glob;
  throw wrong(spec, `has path=${glob}`, "paths begin with a slash, or with *");
}

function suggestion(word: string | undefined): string | undefined {
  return word === undefined ? undefined : `did you mean "${word}"?`;
}

function wrong(spec: string, what: string, hint?: string): KapplyError {
  return new KapplyError("usage", `the fault "${spec}" ${what}`, {
    hint: hint ?? "a fault is such as 429,retry-after=1,every=5 or reset,verb=patch,first=1",
  });
}
