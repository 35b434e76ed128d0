/** How far an object is from what was asked of it, in words. */
import { isObject } from "../json.js";
import type { Json } from "../json.js";
import type { KubeObject } from "../model.js";

/** `failed` is for what will not come good by waiting. `why` is short and concrete, without a full stop. */
export type Readiness = { is: "ready" } | { is: "waiting"; why: string } | { is: "failed"; why: string };

/**
 * For how long something has been seen without a break, in milliseconds; 0 for what was not seen before. It is counted
 * by a clock of this process that only goes forward: that of the cluster may be minutes off.
 */
export type SeenFor = (sighting: string) => number;

/** Nothing was seen before. */
export const newlySeen: SeenFor = () => 0;

/** The rule of a kind, for an object that is not being deleted and whose controller has seen its newest spec. */
export type Rule = (object: KubeObject, seenFor: SeenFor) => Readiness;

export const ready: Readiness = { is: "ready" };

export function waiting(why: string): Readiness {
  return { is: "waiting", why };
}

export function failed(why: string): Readiness {
  return { is: "failed", why };
}

/** The longest text of a server that a reason quotes. */
const longest = 300;

/** A text of a server in one line, of bounded length, without its full stop; empty for what is no text. */
export function brief(value: Json | undefined): string {
  if (typeof value !== "string") return "";
  const line = value
    .replace(/\s+/g, " ")
    .trim()
    .replace(/(?<!\.)\.$/, "");
  return line.length <= longest ? line : `${line.slice(0, longest).replace(/[\uD800-\uDBFF]$/, "")}...`;
}

/** `Reason: message`, or what there is of it; `otherwise` where there is neither. */
export function because(reason: Json | undefined, message: Json | undefined, otherwise: string): string {
  const parts = [brief(reason), brief(message)].filter((part) => part !== "");
  return parts.length === 0 ? otherwise : parts.join(": ");
}

/** `1 of 3 replicas is ready`. */
export function someOf(some: number, all: number, noun: string, what: string): string {
  return `${some} of ${counted(all, noun)} ${some === 1 || all === 1 ? "is" : "are"} ${what}`;
}

/** `1 replica`, `2 replicas`. */
export function counted(count: number, noun: string): string {
  return `${count} ${count === 1 ? noun : `${noun}s`}`;
}

/** The objects of a list; none where it is no list. */
export function objectsOf(value: Json | undefined): KubeObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** A text, or undefined for what is none or empty. */
export function textOf(value: Json | undefined): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** A number; `otherwise` for what is none. */
export function numberOf(value: Json | undefined, otherwise = 0): number {
  return typeof value === "number" ? value : otherwise;
}

/** An RFC 3339 time in milliseconds since the epoch; undefined for what is none. */
export function timeOf(value: Json | undefined): number | undefined {
  const time = typeof value === "string" ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}
