/** Revisions of a manifest set: which is newer. */
import { KapplyError } from "../errors.js";

export type Revision =
  | { is: "number"; number: bigint }
  /** `text` is what was given. Times are compared to any fraction of a second. */
  | { is: "time"; text: string; seconds: number; fraction: string }
  /** Of `--revision auto`: how a workload counts its own versions. */
  | { is: "controller"; number: bigint; of: string; created: string; uid: string };

/**
 * A revision as `--revision` gives it: a non-negative integer of any size, or an RFC 3339 timestamp.
 * @throws KapplyError `usage` for anything else.
 */
export function parseRevision(text: string): Revision {
  const revision = numberIn(text) ?? timeIn(text);
  if (revision !== undefined) return revision;
  throw new KapplyError("usage", `--revision: "${text}" is neither a number nor a timestamp`, {
    hint: "give a non-negative integer (42), or a time as in RFC 3339 (2026-01-31T12:00:00Z)",
  });
}

/** A revision as it is written on the Lease; `readRevision` reads it. */
export function revisionText(revision: Revision): string {
  switch (revision.is) {
    case "number":
      return String(revision.number);
    case "time":
      return revision.text;
    case "controller":
      return [revision.number, revision.of, revision.created, revision.uid].join(" ");
  }
}

/** The revision of such a text; undefined where it is none. */
export function readRevision(text: string): Revision | undefined {
  const [number = "", of = "", created = "", uid = "", ...rest] = text.split(" ");
  if (of === "") return numberIn(text) ?? timeIn(text);
  const counted = numberIn(number);
  if (counted === undefined || timeIn(created) === undefined || uid === "" || rest.length > 0)
    return undefined;
  return { ...counted, is: "controller", of, created, uid };
}

/**
 * Less than 0 where `a` is older than `b`, 0 for equal ones; undefined for two that can't be compared.
 *
 * A workload that was deleted and made again counts from 1 again: of two workloads of one name, all revisions of the one
 * that was made later are newer. Two workloads of different names count each on its own, and can't be compared.
 */
export function compareRevisions(a: Revision, b: Revision): number | undefined {
  if (a.is === "number" && b.is === "number") return compare(a.number, b.number);
  if (a.is === "time" && b.is === "time")
    return compare(a.seconds, b.seconds) || compare(a.fraction, b.fraction);
  if (a.is !== "controller" || b.is !== "controller" || a.of !== b.of) return undefined;
  if (a.uid === b.uid) return compare(a.number, b.number);
  const [madeA, madeB] = [timeIn(a.created), timeIn(b.created)];
  return madeA && madeB && compareRevisions(madeA, madeB);
}

/** A revision as messages name it. */
export function revisionWords(revision: Revision): string {
  return revision.is === "controller" ? `${revision.number}` : revisionText(revision);
}

function compare<T extends bigint | number | string>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function numberIn(text: string): Extract<Revision, { is: "number" }> | undefined {
  return /^\d+$/.test(text) ? { is: "number", number: BigInt(text) } : undefined;
}

const rfc3339 =
  /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([+-])([01]\d|2[0-3]):([0-5]\d))$/;

function timeIn(text: string): Extract<Revision, { is: "time" }> | undefined {
  const parts = rfc3339.exec(text);
  if (parts === null) return undefined;
  const [year = 0, month = 0, day = 0, hours = 0, minutes = 0, seconds = 0] = parts.slice(1, 7).map(Number);
  const date = new Date(0);
  // Unlike Date.UTC this takes the year 99 as such. What is out of range (the 31st of April) would roll over.
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  if (hours > 23 || minutes > 59 || seconds > 59) return undefined;
  const ahead = (Number(parts[9] ?? 0) * 60 + Number(parts[10] ?? 0)) * (parts[8] === "-" ? -1 : 1);
  return {
    is: "time",
    text,
    seconds: date.getTime() / 1000 + (hours * 60 + minutes - ahead) * 60 + seconds,
    fraction: (parts[7] ?? "").replace(/0+$/, ""),
  };
}
