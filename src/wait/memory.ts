/** What a wait remembers of an object from one look at it to the next. */
import { getPath } from "../json.js";
import type { KubeObject } from "../model.js";
import { textOf } from "./readiness.js";
import type { SeenFor } from "./readiness.js";

export interface Memory {
  /** Whether this is another object than the one that was seen first: that one is gone, and its name was taken again. */
  isAnother(object: KubeObject | undefined): boolean;
  /** Remembers what is seen now, and forgets what is not seen any more. */
  see(sightings: Iterable<string>): SeenFor;
}

/** `now` counts milliseconds from anywhere. */
export function openMemory(now: () => number = () => performance.now()): Memory {
  let first: string | undefined;
  let since = new Map<string, number>();
  return {
    isAnother(object) {
      const uid = textOf(getPath(object, ["metadata", "uid"]));
      first ??= uid;
      return uid !== undefined && uid !== first;
    },
    see(sightings) {
      const time = now();
      since = new Map([...sightings].map((one) => [one, since.get(one) ?? time]));
      const seen = since;
      return (sighting) => time - (seen.get(sighting) ?? time);
    },
  };
}
