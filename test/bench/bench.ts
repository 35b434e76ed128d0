/** What the rows have in common: the peers, how often they run, the sets of objects that they work on. */
import type { KubectlCluster } from "../cluster/kubectl.js";
import { straight } from "./network.js";
import { commandLines, peersOf, type Peers } from "./peers.js";
import { configMaps, makeSet, type Maker, type ObjectSet } from "./sets.js";

export type Applier = "kapply" | "kubectl";

export interface Bench {
  cluster: KubectlCluster;
  peers: Peers;
  runs: number;
  /** How many objects the sets have where a row does not say otherwise. */
  objects: number;
  /** Those who take half a minute over a slow network run there no more often than this. */
  slowRuns: number;
  /** A set that is not applied yet, in a namespace of its own. */
  fresh: (namespace: string, count?: number, make?: Maker) => ObjectSet;
  /** A set that this peer has applied before, the same at each call. */
  applied: (by: Applier, make?: Maker, count?: number) => Promise<ObjectSet>;
}

export function makeBench(cluster: KubectlCluster, runs: number, objects: number): Bench {
  const peers = peersOf(cluster);
  const live = new Map<string, Promise<ObjectSet>>();

  const fresh: Bench["fresh"] = (namespace, count = objects, make = configMaps) =>
    makeSet(cluster.dir, namespace, count, make);

  const applied: Bench["applied"] = (by, make = configMaps, count = objects) => {
    const namespace = `${by}-${make.name.toLowerCase()}-${count}`;
    const apply = async (): Promise<ObjectSet> => {
      const set = fresh(namespace, count, make);
      await peers[by](straight(cluster), commandLines[by]("apply", set));
      await peers.untilQuiet();
      return set;
    };
    const set = live.get(namespace) ?? apply();
    live.set(namespace, set);
    return set;
  };

  return { cluster, peers, runs, objects, slowRuns: 2, fresh, applied };
}
