/** Looks for a sequence that two sides answer differently, and makes it short. */
import fc from "fast-check";
import { play, remove, tell, type Played } from "./run.js";
import type { Side } from "./side.js";
import { sequenceOf, type Step } from "./steps.js";
import type { Subject } from "./subject.js";

export interface SearchOptions {
  seed: number;
  /** Of a failure that was found before: where it stands among all that the seed makes. */
  path?: string | undefined;
  sequences: number;
  /** No new sequence is begun after that long. */
  seconds: number;
}

export interface Search {
  /** The shortest sequence found, what differs at its end, and how to see it again; none when all was the same. */
  told: string | undefined;
  steps: number;
  /** Messages of refusals that were worded differently: `real\n other`. */
  messages: string[];
}

/** Plays random sequences about one kind. Throws what a connection throws. */
export async function search(
  subject: Subject,
  sides: readonly [Side, Side],
  { seed, path, sequences, seconds }: SearchOptions,
): Promise<Search> {
  const messages: string[] = [];
  let steps = 0;
  let runs = 0;
  let last: Played | undefined;
  const attempt = async (sequence: Step[]): Promise<Played> => {
    const name = `it-${++runs}`;
    const played = await play(subject, sequence, sides, name);
    steps += played.sent.length;
    messages.push(...played.messages.map((pair) => pair.join("\n      ")));
    // Its node ports are free for the next one only then.
    if (subject.kind === "Service") await remove(subject, sides, name);
    return played;
  };
  const property = fc.asyncProperty(sequenceOf(subject), async (sequence) => {
    // The real server may try a write on an older object first, which its cache still had, and warn of that one too:
    // what does not differ again is such a race.
    const isSame = (await attempt(sequence)).differences.length === 0;
    if (isSame) return true;
    const again = await attempt(sequence);
    if (again.differences.length > 0) last = again;
    return again.differences.length === 0;
  });
  const details = await fc.check(property, {
    seed,
    numRuns: sequences,
    interruptAfterTimeLimit: seconds * 1000,
    ...(path && { path }),
  });
  if (details.failed && last === undefined) throw details.errorInstance;
  // Each that fails while it is made shorter is shorter than the one before.
  const told = details.failed && last !== undefined ? tell(subject, sides, last) : undefined;
  const replay = `again: KAPPLY_SEED=${seed}:${details.counterexamplePath ?? ""} npm run test:cluster -- differential`;
  return { told: told && `${told}\n${replay} -t "${subject.title}"`, steps, messages };
}
