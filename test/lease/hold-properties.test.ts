import fc from "fast-check";
import { expect, test } from "vitest";
import { holdLease, parseRevision } from "../../src/lease/index.js";
import type { Ending } from "../../src/lease/index.js";
import { recordedOn } from "../../src/lease/record.js";
import { both, copyIn, leaseServer, noTroubles, timeline } from "./world.js";
import type { LeaseServer, Timeline, Troubles } from "./world.js";

/** A copy of a run, and what goes wrong with it. */
interface Plan {
  starts: number;
  revision: number;
  /** Two sets that differ, of the same revision. */
  variant: "a" | "b";
  /** How long each of its writes takes. */
  writes: number[];
  ending: Ending;
  rate: number;
  wallOff: number;
  diesAt: number;
  stall: { from: number; until: number };
  seed: number;
}

interface Write {
  by: number;
  hash: string;
  revision: number;
  holder: string;
}

interface Story {
  writes: Write[];
  ends: Map<number, string>;
  server: LeaseServer;
  time: Timeline;
}

// Clocks may differ by a third: what is left of a Lease's time when its holder stops writing is half of what went by.
const plan: fc.Arbitrary<Plan> = fc.record({
  starts: fc.nat(20_000),
  revision: fc.integer({ min: 1, max: 3 }),
  variant: fc.constantFrom("a", "b"),
  writes: fc.array(fc.nat(6000), { minLength: 1, maxLength: 8 }),
  ending: fc.constantFrom("applied", "applied", "failed"),
  rate: fc.double({ min: 0.9, max: 1.2, noNaN: true }),
  wallOff: fc.integer({ min: -1e9, max: 1e9 }),
  diesAt: fc.oneof({ weight: 3, arbitrary: fc.constant(Infinity) }, { weight: 1, arbitrary: fc.nat(60_000) }),
  stall: fc
    .tuple(fc.nat(60_000), fc.oneof(fc.constant(0), fc.nat(40_000)))
    .map(([from, length]) => ({ from, until: from + length })),
  seed: fc.integer(),
});

type Network = (random: () => number) => Pick<Troubles, "delay" | "fate">;

const calm: Network = () => noTroubles;

const wild: Network = (random) => ({
  delay: () => (random() < 0.1 ? random() * 4000 : random() * 100),
  fate: () => {
    const drawn = random();
    return drawn < 0.1
      ? "answer-lost"
      : drawn < 0.2
        ? "never-arrives"
        : drawn < 0.3
          ? "arrives-late"
          : "answered";
  },
});

/** Runs the copies to their ends, against one server. */
async function play(plans: readonly Plan[], network: Network = wild): Promise<Story> {
  const time = timeline();
  const server = leaseServer();
  const writes: Write[] = [];
  const ends = new Map<number, string>();
  plans.forEach((of, by) => {
    const random = randomFrom(of.seed);
    const copy = copyIn(time, server, { ...of, ...network(random) });
    const wanted = {
      hash: `${of.revision}${of.variant}`,
      revision: parseRevision(String(of.revision)),
    };
    const holder = `copy-${by}`;
    const live = async (): Promise<string> => {
      await copy.pass(of.starts);
      const held = await holdLease({ namespace: "shop", name: "kapply-web" }, both(copy.requests), {
        holder,
        wanted,
        clock: copy.clock,
        random,
      });
      if (held.is === "skipped") {
        if (held.why.includes("the same set")) expect(writes.at(-1)?.hash).toBe(wanted.hash);
        return `skipped: ${held.why}`;
      }
      for (const takes of of.writes) {
        if (held.isLost() !== undefined) return held.isLost() ?? "";
        writes.push({ by, hash: wanted.hash, revision: of.revision, holder: server.holder() });
        await copy.pass(takes);
      }
      await held.release(of.ending).catch(() => undefined);
      return of.ending;
    };
    live().then(
      (end) => ends.set(by, end),
      (error: unknown) => ends.set(by, `error: ${String(error)}`),
    );
  });
  await time.run(3_600_000);
  return { writes, ends, server, time };
}

/** Numbers from 0 up to 1 (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

test("whatever clocks, networks and processes do, nobody writes but the one that the Lease names", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(plan, { minLength: 2, maxLength: 4 }), async (plans) => {
      const { writes } = await play(plans);
      for (const { by, holder } of writes) expect(holder).toBe(`copy-${by}`);
    }),
    { numRuns: 500 },
  );
});

test("nothing older is ever written after something newer, and every copy that lives comes to an end", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(plan, { minLength: 2, maxLength: 4 }), async (plans) => {
      const { writes, ends } = await play(plans);
      writes.forEach(({ revision }, at) =>
        expect(revision).toBeGreaterThanOrEqual(writes[at - 1]?.revision ?? 0),
      );
      plans.forEach(({ diesAt }, by) => {
        if (diesAt === Infinity) expect(ends.get(by)).toBeDefined();
      });
    }),
    { numRuns: 500 },
  );
});

test("where nothing goes wrong, each set is applied once per revision and the newest is recorded", async () => {
  const quiet = plan.map((of) => ({
    ...of,
    ...noTroubles,
    variant: "a" as const,
    ending: "applied" as const,
    starts: of.starts % 100,
    writes: [...of.writes, 1000],
  }));
  await fc.assert(
    fc.asyncProperty(fc.array(quiet, { minLength: 2, maxLength: 6 }), async (plans) => {
      const { ends, server } = await play(plans, calm);
      const newest = Math.max(...plans.map(({ revision }) => revision));
      const applied = plans.filter((_, by) => ends.get(by) === "applied").map(({ revision }) => revision);
      expect(applied).toEqual([...new Set(applied)]);
      expect(recordedOn(server.lease)).toMatchObject({
        applied: { revision: String(newest), hash: `${newest}a` },
        begun: undefined,
      });
      expect(server.holder()).toBe("");
    }),
    { numRuns: 100 },
  );
});
