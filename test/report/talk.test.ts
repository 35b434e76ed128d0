/** What waits, told on stderr where nothing is live: hundreds of lines at once are no help. */
import { describe, expect, test } from "vitest";
import type { Ref } from "../../src/model.js";
import { createNamer } from "../../src/report/names.js";
import { createTalk } from "../../src/report/talk.js";

const refs = (count: number, namespace = "shop"): Ref[] =>
  Array.from({ length: count }, (_, at) => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    namespace,
    name: `c${at}`,
  }));

function talkTo() {
  const text: string[] = [];
  const moments: (() => string)[] = [];
  const namer = createNamer();
  let time = 0;
  const talk = createTalk({
    now: () => time,
    namer,
    paint: (_look, said) => said,
    clean: (said) => said,
    later: (say) => moments.push(say),
  });
  const say = (lines: string): void => void text.push(...lines.split("\n").filter((line) => line !== ""));
  return {
    waiting: (ref: Ref, why = "it does not exist"): void => {
      namer.see(ref);
      say(talk.waiting({ event: "waiting", what: `configmap/${ref.name}`, why, ref }));
    },
    ready: (ref: Ref): void => say(talk.ready({ event: "ready", ref, milliseconds: 5 })),
    retrying: (attempt: number): void =>
      say(talk.retrying({ event: "retrying", what: "web", why: "connection refused", attempt, seconds: 2 })),
    pass: (milliseconds: number): void => void (time += milliseconds),
    endMoment: (): void => moments.splice(0).forEach((moment) => say(moment())),
    end: (): void => say(talk.rest()),
    said: (): string[] => text.splice(0),
  };
}

const lines = (from: number, to: number, why = "it does not exist"): string[] =>
  Array.from({ length: to - from }, (_, at) => `waiting for configmap/c${from + at}: ${why}`);

describe("what is waited for", () => {
  test("is told at once, and again when the reason changes", () => {
    const { waiting, said } = talkTo();
    const [one] = refs(1) as [Ref];
    waiting(one);
    waiting(one);
    waiting(one, "it has no endpoints");
    waiting(one);
    waiting(one);
    expect(said()).toEqual([...lines(0, 1), ...lines(0, 1, "it has no endpoints"), ...lines(0, 1)]);
  });

  test("by the hundred is told of the first few, and counted", () => {
    const { waiting, endMoment, said } = talkTo();
    refs(500).forEach((ref) => waiting(ref));
    expect(said()).toEqual(lines(0, 10));
    endMoment();
    expect(said()).toEqual(["waiting for 490 more objects"]);
  });

  test("has its later reasons told, whether it was counted or not", () => {
    const { waiting, endMoment, said } = talkTo();
    const all = refs(500);
    all.forEach((ref) => waiting(ref));
    endMoment();
    said();
    waiting(all[499] as Ref, "it has no data");
    expect(said()).toEqual(lines(499, 500, "it has no data"));
    endMoment();
    expect(said()).toEqual(["waiting for 489 more objects"]);
  });

  test("has its line when it is among the last few, with the newest reason", () => {
    const { waiting, ready, endMoment, said } = talkTo();
    const all = refs(40);
    all.forEach((ref) => waiting(ref));
    all.forEach((ref) => waiting(ref, "it has no data"));
    endMoment();
    expect(said()).toEqual([...lines(0, 10), "waiting for 40 more objects"]);
    all.slice(0, 29).forEach(ready);
    expect(said()).toEqual([]);
    ready(all[29] as Ref);
    expect(said()).toEqual(lines(30, 40, "it has no data"));
    all.slice(30).forEach(ready);
    endMoment();
    expect(said()).toEqual([]);
  });

  test("is not counted any more at the end, which tells what became of each", () => {
    const { waiting, endMoment, end, said } = talkTo();
    refs(20).forEach((ref) => waiting(ref));
    said();
    end();
    endMoment();
    expect(said()).toEqual([]);
  });

  test("is told apart by its namespace where there are several", () => {
    const { waiting, said } = talkTo();
    const [one] = refs(1, "shop") as [Ref];
    const [other] = refs(1, "bank") as [Ref];
    waiting(one);
    waiting(other);
    waiting(one, "it has no data");
    expect(said()).toEqual([
      "waiting for configmap/c0: it does not exist",
      "waiting for configmap/c0 in namespace bank: it does not exist",
      "waiting for configmap/c0 in namespace shop: it has no data",
    ]);
  });
});

describe("what is tried again", () => {
  test("is told once for each attempt, however many requests meet it", () => {
    const { retrying, pass, said } = talkTo();
    for (const attempt of [2, 2, 2, 3, 2, 3]) {
      retrying(attempt);
      pass(500);
    }
    expect(said()).toEqual([2, 3].map((n) => `retrying web: connection refused (attempt ${n} in 2.0 s)`));
  });

  test("is told anew when the same comes again an hour later", () => {
    const { retrying, pass, said } = talkTo();
    [2, 3, 4].forEach(retrying);
    said();
    pass(3_600_000);
    retrying(2);
    retrying(3);
    expect(said()).toEqual([2, 3].map((n) => `retrying web: connection refused (attempt ${n} in 2.0 s)`));
  });
});
