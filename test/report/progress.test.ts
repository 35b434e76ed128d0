import { afterEach, describe, expect, test, vi } from "vitest";
import type { Event } from "../../src/model.js";
import { createStreams, type Streams } from "../../src/report/live.js";
import { createScreen } from "../../src/report/screen.js";
import { details, emptyView, see, title } from "../../src/report/view.js";
import { failure, outcome, record, resultOf, settings, web } from "./fixtures.js";
import { createTerminal } from "./terminal.js";

const plain = (_look: string, text: string): string => text;
const same = (text: string): string => text;
const none = (): string => "";

describe("the view", () => {
  function after(...events: Event[]) {
    const view = emptyView("apply");
    for (const event of events) see(view, event);
    return view;
  }
  const planning: Event = { event: "planning", objects: 3 };
  const applying: Event = { event: "applying", objects: 2 };
  const failed: Event = { event: "outcome", outcome: outcome(web, "failed", { error: failure("no") }) };
  const waiting = (what: string): Event => ({ event: "waiting", what, why: "1 of 3 replicas" });

  test("counts what was compared and what was applied", () => {
    const view = after(planning, { event: "planned", ref: web, action: "created" }, applying, failed);
    expect(title(view, "compare", false)).toBe("Comparing 1 of 3");
    expect(title(view, "apply", false)).toBe("Applying 1 of 2, 1 failed");
    expect(title(view, "apply", true)).toBe("Applied 1, 1 failed");
  });

  test("shows the latest of what is waited for, and how many more", () => {
    const view = after(...["a", "b", "c", "d", "e", "f", "a"].map(waiting));
    expect(details(view, none)).toEqual([
      "... and 2 more",
      ...["d", "e", "f", "a"].map((w) => `${w}: 1 of 3 replicas`),
    ]);
  });

  test("tells objects of the same name apart, and forgets the one that is ready", () => {
    const other = { ...web, namespace: "bank" };
    const wait = (ref: typeof web): Event => ({
      event: "waiting",
      what: "deployment.apps/web",
      why: "0 of 1",
      ref,
    });
    const view = after(wait(web), wait(other));
    const where = (ref: typeof web): string => ` in namespace ${ref.namespace ?? ""}`;
    expect(details(view, where)).toEqual([
      "deployment.apps/web in namespace shop: 0 of 1",
      "deployment.apps/web in namespace bank: 0 of 1",
    ]);
    see(view, { event: "ready", ref: web, milliseconds: 5 });
    expect(details(view, where)).toEqual(["deployment.apps/web in namespace bank: 0 of 1"]);
  });

  test("does not take a lock that is waited for as what comes after applying, and forgets it then", () => {
    const view = after({ event: "waiting", what: "lease/web", why: "another run applies this set" });
    expect(view.step).toBe("compare");
    see(view, planning);
    expect(details(view, none)).toEqual([]);
  });

  test("forgets a wait when its object is done, and a retry when anything works", () => {
    const retry: Event = { event: "retrying", what: "GET", why: "reset", attempt: 2, seconds: 1 };
    const view = after(applying, waiting("deployment.apps/web"), retry);
    expect(details(view, none)).toEqual([
      "deployment.apps/web: 1 of 3 replicas",
      "retrying GET: reset (attempt 2)",
    ]);
    see(view, failed);
    expect(details(view, none)).toEqual([]);
  });
});

describe("the screen", () => {
  const size = { columns: 40, rows: 24 };

  test("takes the block away from the first column, where a terminal has echoed ^C", () => {
    const written: string[] = [];
    const screen = createScreen(
      (text) => written.push(text),
      () => size,
    );
    screen.draw(["one", "two"]);
    screen.close();
    expect(written).toEqual(["one\ntwo\n", "\r\u001b[2A\u001b[0J"]);
  });

  test("takes away what a terminal that was made narrower has wrapped", () => {
    const written: string[] = [];
    let columns = 40;
    const screen = createScreen(
      (text) => written.push(text),
      () => ({ columns, rows: 24 }),
    );
    screen.draw(["\u001b[2m123456789012345\u001b[22m", ""]);
    columns = 6;
    screen.draw(["x"]);
    expect(written[1]).toBe("\r\u001b[4A\u001b[0Jx\n");
  });

  test("draws no more than the terminal has rows", () => {
    const terminal = createTerminal();
    const screen = createScreen(terminal.write, () => ({ columns: 40, rows: 3 }));
    screen.draw(["one", "two", "three"]);
    expect(terminal.lines()).toEqual(["one", "two"]);
    screen.close();
    expect(terminal.lines()).toEqual([]);
  });

  test("keeps the block under what is printed, and takes it away at the end", () => {
    const terminal = createTerminal();
    const screen = createScreen(terminal.write, () => size);
    screen.draw(["one", "two"]);
    screen.above(terminal.write, "result 1\n");
    screen.above(terminal.write, "result 2\n");
    expect(terminal.lines()).toEqual(["one", "two"]);
    screen.draw(["three"]);
    expect(terminal.lines()).toEqual(["result 1", "result 2", "three"]);
    screen.above(terminal.write, "result 3\n");
    screen.close();
    screen.draw(["late"]);
    expect(terminal.lines()).toEqual(["result 1", "result 2", "result 3"]);
  });
});

describe("live progress", () => {
  const open: Streams[] = [];
  afterEach(() => {
    for (const streams of open.splice(0)) streams.stop();
  });

  function streamsOn(
    terminal: ReturnType<typeof createTerminal>,
    columns = 40,
    output: "text" | "ndjson" = "text",
    command = "apply",
  ) {
    const streams = createStreams(
      {
        command,
        output,
        diff: false,
        stdout: terminal.write,
        stderr: terminal.write,
        stdoutIsTerminal: true,
        stderrIsTerminal: true,
        terminalSize: () => ({ columns, rows: 24 }),
        color: { stdout: false, stderr: false },
        showSecrets: false,
      },
      { paint: plain, clean: same, suffix: none },
      0,
    );
    open.push(streams);
    return streams;
  }

  test("shows steps under the results, and leaves the results alone", async () => {
    const terminal = createTerminal();
    const listeners = process.eventNames().map((name) => [name, process.listenerCount(name)]);
    const streams = streamsOn(terminal);
    streams.see({ event: "planning", objects: 2 });
    streams.see({ event: "planned", ref: web, action: "created" });
    await vi.waitFor(() => expect(terminal.lines().join()).toContain("Comparing 1 of 2"));
    streams.see({ event: "planned", ref: settings, action: "created" });
    streams.see({ event: "applying", objects: 2 });
    streams.stdout("configmap/settings created\n");
    await vi.waitFor(() => expect(terminal.lines()).toHaveLength(3));
    expect(terminal.lines()[0]).toBe("configmap/settings created");
    expect(terminal.lines()[1]).toBe("✔ Compared 2");
    expect(terminal.lines()[2]).toMatch(/^. Applying 0 of 2$/);
    expect(process.eventNames().map((name) => [name, process.listenerCount(name)])).toEqual(listeners);
    streams.stdout("deployment.apps/web created\n");
    streams.stop();
    streams.stderr("2 objects: 2 created\n");
    expect(terminal.lines()).toEqual([
      "configmap/settings created",
      "deployment.apps/web created",
      "2 objects: 2 created",
    ]);
  });

  test("of what only waits begins with the first wait, and has that step alone", async () => {
    const terminal = createTerminal();
    const streams = streamsOn(terminal, 60, "text", "wait");
    expect(streams.isLive()).toBe(false);
    streams.see({ event: "waiting", what: "deployment.apps/web", why: "no replicas yet", ref: web });
    expect(streams.isLive()).toBe(true);
    await vi.waitFor(() => expect(terminal.lines()).toHaveLength(2));
    expect(terminal.lines()[0]).toMatch(/^. Waiting$/);
    expect(terminal.lines()[1]).toBe("  deployment.apps/web: no replicas yet");
    streams.stop();
    expect(terminal.lines()).toEqual([]);
  });

  test("fits a narrow terminal, wide characters included", async () => {
    const terminal = createTerminal();
    const streams = streamsOn(terminal, 20);
    streams.see({ event: "planning", objects: 1 });
    streams.see({ event: "waiting", what: "deployment.apps/日本語日本語", why: "no replicas yet" });
    await vi.waitFor(() => expect(terminal.lines().join()).toContain("deploym"));
    expect(terminal.lines().every((line) => line.length <= 20)).toBe(true);
    expect(terminal.lines().at(-1)).toBe("  deployment.app...");
  });

  test("does not begin before there is something to compare, nor after the end, nor among events", async () => {
    const terminal = createTerminal();
    streamsOn(terminal).see({ event: "connected", server: "https://10.0.0.1", foundBy: "flags" });
    const over = streamsOn(terminal);
    over.see({ event: "planning", objects: 2 });
    over.stop();
    streamsOn(terminal, 40, "ndjson").see({ event: "planning", objects: 2 });
    const witness = createTerminal();
    streamsOn(witness).see({ event: "planning", objects: 2 });
    await vi.waitFor(() => expect(witness.raw()).not.toBe(""));
    expect(terminal.raw()).toBe("");
  });
});

test("a thousand objects, not on a terminal: no control characters, nothing but lines", async () => {
  const { reporter, all } = await record();
  const outcomes = Array.from({ length: 1000 }, (_, n) => outcome({ ...settings, name: `c${n}` }, "created"));
  reporter.emit({ event: "planning", objects: 1000 });
  for (const one of outcomes) reporter.emit({ event: "outcome", outcome: one });
  reporter.emit({ event: "waiting", what: "deployment.apps/\u001b[31mweb", why: "no\rreplicas" });
  await reporter.finish(resultOf(outcomes));
  expect(all().split("\n")).toHaveLength(1003);

  expect(all()).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
});
