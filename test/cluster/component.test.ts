import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ComponentFailed, freePorts, pidFolder, startComponent, untilReady } from "./component.js";
import { isRunning } from "./run.js";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), "kapply-component-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const shell = (script: string) => startComponent(dir, "shell", "/bin/sh", ["-c", script]);
const never = () => Promise.resolve(false);

test("a component that ends while it starts is reported with the end of its log", async () => {
  const failure = untilReady(shell("echo starting; echo 'bad flag' >&2; exit 1"), 30, never);
  await expect(failure).rejects.toThrow(
    "shell ended while it started. The end of its log:\nstarting\nbad flag",
  );
});

test("a component that finds its port taken is told from one that fails otherwise", async () => {
  const portTaken = async (message: string) => {
    const error: unknown = await untilReady(shell(`echo '${message}'`), 30, never).catch(
      (error: unknown) => error,
    );
    return error instanceof ComponentFailed && error.portTaken;
  };
  expect(await portTaken("bad flag")).toBe(false);
  expect(await portTaken("listen tcp 127.0.0.1:6443: bind: address already in use")).toBe(true);
});

test("a component that ended is not ready, though something answers in its place", async () => {
  const component = shell("exit 0");
  await component.ended;
  await expect(untilReady(component, 30, () => Promise.resolve(true))).rejects.toThrow(
    "ended while it started",
  );
});

test("a component that is never ready is given up after its time", async () => {
  const component = shell("exec sleep 600");
  await expect(untilReady(component, 0, never)).rejects.toThrow("was not ready within 0 s");
  await component.stop("SIGKILL");
});

test("a missing binary is reported by its path", async () => {
  const component = startComponent(dir, "etcd", "/nowhere/etcd", []);
  await expect(untilReady(component, 30, never)).rejects.toThrow("/nowhere/etcd");
});

test("stopping a component stops what it started, and takes it out of the guardian's care", async () => {
  const component = shell("sleep 600 & echo $!; wait");
  await expect.poll(() => component.logTail()).toMatch(/^\d+$/);
  const grandchild = Number(component.logTail());
  expect(readdirSync(pidFolder(dir))).toEqual(["shell"]);
  await component.stop("SIGTERM");
  expect(component.hasEnded()).toBe(true);
  expect(readdirSync(pidFolder(dir))).toEqual([]);
  await expect.poll(() => isRunning(grandchild)).toBe(false);
});

test("free ports are as many as asked for, all different", async () => {
  const ports = await freePorts(5);
  expect(new Set(ports).size).toBe(5);
});
