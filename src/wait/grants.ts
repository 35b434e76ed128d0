/** What was permitted once, and what is to be made of a refusal after that. */

export interface Grants {
  /** Such a request was answered. */
  answered(verb: string): void;
  /** Such a request was refused: whether that is to be believed. */
  isBelieved(verb: string): boolean;
}

/**
 * An API server that has just started knows neither roles nor service accounts yet, and refuses what it permits a second
 * later. So a refusal of what was permitted before is believed only when it lasts that long.
 */
export function openGrants(lastingMs: number): Grants {
  const answered = new Set<string>();
  const refusedSince = new Map<string, number>();
  return {
    answered(verb) {
      answered.add(verb);
      refusedSince.delete(verb);
    },
    isBelieved(verb) {
      if (!answered.has(verb)) return true;
      const now = performance.now();
      const since = refusedSince.get(verb) ?? now;
      refusedSince.set(verb, since);
      return now - since >= lastingMs;
    },
  };
}
