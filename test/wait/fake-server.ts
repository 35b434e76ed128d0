/** A server in memory for one kind, with the faults that waiting must outlive. Time is that of fake timers. */
import { KapplyError } from "../../src/errors.js";
import type { KubeObject, ResourceType } from "../../src/model.js";
import type { Selection, WaitReads, WatchEvent } from "../../src/wait/types.js";

export const configMaps: ResourceType = {
  group: "",
  version: "v1",
  kind: "ConfigMap",
  plural: "configmaps",
  namespaced: true,
};

type Verb = "list" | "watch" | "get";

export interface FakeServer {
  reads: WaitReads;
  /** What was asked, as `list web`, `watch web,db from 3`, `get web`. */
  asked: string[];
  /** Writes an object whose `data.state` is that; `labels` for selections by label. */
  put(name: string, state: string, labels?: Record<string, string>): void;
  remove(name: string): void;
  /** Ends all watches: with a last event, or as a server does whose time is over. */
  endWatches(last?: WatchEvent): void;
  /** Forgets what happened so far: a watch from before is gone. */
  compact(): void;
  /** What the verbs throw from now on. */
  refuse: Partial<Record<Verb, (selection: Selection) => KapplyError | undefined>>;
  /** Called after a list was read, before its answer arrives. */
  afterList?: () => void;
  watching(): number;
}

interface Change {
  version: number;
  is: "added" | "modified" | "deleted";
  object: KubeObject;
}

interface Watcher {
  queue: (WatchEvent | "end")[];
  selection: Selection;
  wake: () => void;
}

export function fakeServer(): FakeServer {
  const objects = new Map<string, KubeObject>();
  const watchers = new Set<Watcher>();
  let history: Change[] = [];
  let version = 1;
  let forgotten = 0;

  function change(is: Change["is"], object: KubeObject): void {
    const one: Change = { version, is, object };
    history.push(one);
    for (const watcher of watchers) send(watcher, eventOf(one, watcher.selection));
  }
  function send(watcher: Watcher, event: WatchEvent | "end"): void {
    watcher.queue.push(event);
    watcher.wake();
  }
  function check(verb: Verb, selection: Selection): void {
    const error = server.refuse[verb]?.(selection);
    if (error !== undefined) throw error;
  }
  const objectOf = (name: string, state: string, labels: Record<string, string>): KubeObject => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, namespace: "shop", resourceVersion: String(version), labels },
    data: { state },
  });

  async function* watch(
    selection: Selection,
    from: string,
    signal: AbortSignal,
  ): AsyncGenerator<WatchEvent, void, undefined> {
    await Promise.resolve();
    check("watch", selection);
    if (Number(from) < forgotten) {
      yield { is: "gone" };
      return;
    }
    const missed = history.filter((one) => one.version > Number(from));
    const watcher: Watcher = {
      queue: missed.map((one) => eventOf(one, selection)),
      selection,
      wake: () => undefined,
    };
    watchers.add(watcher);
    const end = (): void => send(watcher, "end");
    signal.addEventListener("abort", end, { once: true });
    try {
      for (;;) {
        const next = watcher.queue.shift();
        if (next === "end") return;
        if (next !== undefined) yield next;
        else await new Promise<void>((resolve) => (watcher.wake = resolve));
      }
    } finally {
      watchers.delete(watcher);
      signal.removeEventListener("abort", end);
    }
  }

  const server: FakeServer = {
    asked: [],
    refuse: {},
    put(name, state, labels = {}) {
      version++;
      const is = objects.has(name) ? "modified" : "added";
      const object = objectOf(name, state, labels);
      objects.set(name, object);
      change(is, object);
    },
    remove(name) {
      const object = objects.get(name);
      if (object === undefined) return;
      version++;
      objects.delete(name);
      change("deleted", object);
    },
    endWatches(last) {
      for (const watcher of watchers) {
        if (last !== undefined) send(watcher, last);
        send(watcher, "end");
      }
    },
    compact() {
      forgotten = version;
      history = [];
    },
    watching: () => watchers.size,
    reads: {
      async list(_type, _namespace, selection) {
        server.asked.push(`list ${words(selection)}`);
        await Promise.resolve();
        check("list", selection);
        const answer = {
          objects: [...objects.values()].filter((object) => isSelected(object, selection)),
          resourceVersion: String(version),
        };
        server.afterList?.();
        await Promise.resolve();
        return answer;
      },
      watch(_type, _namespace, selection, { resourceVersion, signal }) {
        server.asked.push(`watch ${words(selection)} from ${resourceVersion}`);
        return watch(selection, resourceVersion, signal);
      },
      async get(_type, _namespace, name) {
        server.asked.push(`get ${name}`);
        await Promise.resolve();
        check("get", { by: "name", name });
        return objects.get(name);
      },
    },
  };
  return server;
}

function eventOf({ version, is, object }: Change, selection: Selection): WatchEvent {
  const resourceVersion = String(version);
  return isSelected(object, selection)
    ? { is, object, resourceVersion }
    : { is: "bookmark", resourceVersion };
}

function isSelected(object: KubeObject, selection: Selection): boolean {
  const { name, labels } = object["metadata"] as { name: string; labels: Record<string, string> };
  switch (selection.by) {
    case "name":
      return selection.name === name;
    case "names":
      return selection.names.has(name);
    case "labels":
      return (
        selection.selector === "" ||
        Object.entries(labels).some(([key, value]) => `${key}=${value}` === selection.selector)
      );
  }
}

function words(selection: Selection): string {
  switch (selection.by) {
    case "name":
      return selection.name;
    case "names":
      return [...selection.names].join(",");
    case "labels":
      return selection.selector === "" ? "all" : selection.selector;
  }
}

/** What a `KapplyError` of these codes is raised for by the transport. */
export const errors = {
  forbidden: () => new KapplyError("forbidden", "you may not do that"),
  unauthenticated: () => new KapplyError("unauthenticated", "the server does not accept the credentials"),
  noSuchVerb: () =>
    new KapplyError("rejected", "the server does not allow this method", {
      status: { code: 405, reason: "MethodNotAllowed", message: "", causes: [] },
    }),
  notServed: () => new KapplyError("not-served", "the server does not serve this kind"),
  unreachable: () => new KapplyError("unreachable", "can't reach the server"),
  serverError: () => new KapplyError("server-error", "the server answered 500"),
  tls: () => new KapplyError("tls", "can't trust the server"),
  interrupted: () => new KapplyError("interrupted", "interrupted"),
  timeout: () => new KapplyError("timeout", "--timeout leaves no time for another"),
};
