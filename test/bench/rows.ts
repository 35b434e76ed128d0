/** What is measured, beside whom, and what is wanted of it. */
import type { Applier, Bench } from "./bench.js";
import { faster, limited, longer, near, type Line } from "./lines.js";
import { roundTrip, straight, throughProxy, type Network } from "./network.js";
import { commandLines, type Verb } from "./peers.js";
import { configMaps, fiveKinds, type Maker } from "./sets.js";
import { inTurns, type Run } from "./turns.js";

export interface Row {
  title: string;
  /** Whether it says anything of that network. */
  suits?: (network: Network) => boolean;
  measure: Measure;
}

type Measure = (bench: Bench, network: Network, title: string) => Promise<Line[]>;

/** The round trips that are added, in milliseconds. */
export const delays = [0, 10];

/** The rows for sets of that many objects; the goals, at each delay, are those for 1,000. */
export function rowsFor(objects: number): Row[] {
  return [
    { title: "the proxy", suits: ({ delay }) => delay > 0, measure: theProxy },
    { title: `apply ${objects} unchanged ConfigMaps`, measure: unchanged("apply", configMaps, [6, 30]) },
    { title: `apply ${objects} unchanged of 5 kinds`, measure: unchanged("apply", fiveKinds, [6, 30]) },
    { title: "  requests for the same of 5 kinds", measure: requests },
    { title: `diff ${objects} unchanged ConfigMaps`, measure: unchanged("diff", configMaps, [10, 60]) },
    { title: `create ${objects} ConfigMaps`, measure: createMany },
    { title: "create one ConfigMap", measure: createOne },
    { title: "print the version", suits: ({ delay }) => delay === 0, measure: version },
    { title: `apply ${10 * objects} unchanged ConfigMaps`, measure: tenTimes },
  ];
}

/** Each applier on a set that it has applied before. */
function unchanged(verb: Verb, make: Maker, goals: readonly number[]): Measure {
  return async (bench, network, title) => {
    const kapply = await onApplied(bench, network, "kapply", verb, make);
    const kubectl = await onApplied(bench, network, "kubectl", verb, make);
    const [ours = NaN, theirs = NaN] = await inTurns(
      bench.runs,
      [kapply, kubectl],
      fewer(bench, network, kubectl),
    );
    return [faster(title, ours, theirs, "kubectl", goals[delays.indexOf(network.delay)])];
  };
}

const requests: Measure = async ({ peers, applied }, network, title) => {
  const args = commandLines.kapply("apply", await applied("kapply", fiveKinds));
  return [limited(title, await peers.requestsOfKapply(() => peers.kapply(network, args)), "", 12)];
};

const createMany: Measure = async (bench, network, title) => {
  const [kapply, loop, kubectl] = [
    creating(bench, network, "kapply"),
    creating(bench, network, "loop"),
    creating(bench, network, "kubectl"),
  ];
  const medians = await inTurns(bench.runs, [kapply, loop, kubectl], fewer(bench, network, kubectl));
  const [ours = NaN, floor = NaN, theirs = NaN] = medians;
  return [longer(title, ours, floor, "undici loop", 1.25), faster("", ours, theirs, "kubectl")];
};

const createOne: Measure = async (bench, network, title) => {
  const [kapply, kubectl] = [creating(bench, network, "kapply", 1), creating(bench, network, "kubectl", 1)];
  const [ours = NaN, theirs = NaN] = await inTurns(bench.runs, [kapply, kubectl]);
  return [faster(title, ours, theirs, "kubectl")];
};

const version: Measure = async ({ peers, runs }, network, title) => {
  const kapply: Run = () => peers.kapply(network, ["version"]);
  const kubectl: Run = () => peers.kubectl(network, ["version", "--client"]);
  const [ours = NaN, theirs = NaN] = await inTurns(runs, [kapply, kubectl]);
  return [faster(title, ours, theirs, "kubectl")];
};

const tenTimes: Measure = async (bench, network, title) => {
  const { peers, runs, objects, applied } = bench;
  const large = await onApplied(bench, network, "kapply", "apply", configMaps, 10 * objects);
  const small = await onApplied(bench, network, "kapply", "apply", configMaps);
  const [long = NaN, short = NaN] = await inTurns(runs, [large, small]);
  const args = commandLines.kapply("apply", await applied("kapply", configMaps, 10 * objects));
  const peak = await peers.peakMegabytes(network, args);
  return [
    longer(title, long, short, `for ${objects}`, 11),
    limited("  memory at its peak", peak, " MB", 300),
  ];
};

/** Whether the delay is what it should be, and the proxy itself costs little. */
const theProxy: Measure = async (bench, network) => {
  const { cluster, runs } = bench;
  const without = straight(cluster);
  const added = (await roundTrip(network, cluster)) - (await roundTrip(without, cluster));
  const quick = await throughProxy(cluster, 0);
  try {
    const through = creating(bench, quick, "loop", bench.objects, "through");
    const past = creating(bench, without, "loop", bench.objects, "past");
    const [long = NaN, short = NaN] = await inTurns(runs, [through, past]);
    return [
      near("the proxy: round trip that it adds", added, " ms", network.delay, 2),
      longer("  undici loop, through one of 0 ms", long, short, "without"),
    ];
  } finally {
    await quick.close();
  }
};

/** What an applier does at each run with a set that it has applied before. */
async function onApplied(
  { applied, peers }: Bench,
  network: Network,
  by: Applier,
  verb: Verb,
  make: Maker,
  count?: number,
): Promise<Run> {
  const args = commandLines[by](verb, await applied(by, make, count));
  return () => peers[by](network, args);
}

/** What creates a new set of ConfigMaps at each run. */
function creating(
  { fresh, peers }: Bench,
  network: Network,
  by: Applier | "loop",
  count?: number,
  why = "new",
): Run {
  return (turn) => {
    const set = fresh(`${why}-${by}-${count ?? "all"}-${network.delay}-${turn}`, count);
    return by === "loop" ? peers.loop(network, set) : peers[by](network, commandLines[by]("apply", set));
  };
}

/** kubectl takes half a minute over a slow network, several times in a whole bench. */
function fewer({ slowRuns }: Bench, { delay }: Network, kubectl: Run): Map<Run, number> {
  return new Map(delay === 0 ? [] : [[kubectl, slowRuns]]);
}
