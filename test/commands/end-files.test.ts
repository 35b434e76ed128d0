/** Files that are written at the end: whole, where they can be, and told before when they can't. */
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  openReport,
  refuseSource,
  terminationLogOf,
  writeTerminationLog,
} from "../../src/commands/end-files.js";

let dir = "";
const printed = { stdout: "", stderr: "" };
const streams = {
  stdout: (text: string): void => void (printed.stdout += text),
  stderr: (text: string): void => void (printed.stderr += text),
};
beforeEach(() => {
  dir = fs.mkdtempSync(join(tmpdir(), "kapply-end-"));
});
afterEach(() => {
  fs.rmSync(dir, { recursive: true, force: true });
});

const read = (file: string): string => fs.readFileSync(file, "utf8");
const put = (name: string, text: string, mode = 0o644): string => {
  fs.writeFileSync(join(dir, name), text, { mode });
  return join(dir, name);
};
const identity = (file: string): number => fs.statSync(file).ino;

describe("a report", () => {
  test("is a new file, or replaces one by a rename; nothing else is left in the folder", async () => {
    const file = join(dir, "report.json");
    const report = await openReport(file, streams);
    expect(fs.readdirSync(dir)).toEqual([]);
    expect(await report.write("one")).toBeUndefined();
    expect(read(file)).toBe("one");
    fs.chmodSync(file, 0o640);
    const before = identity(file);
    const again = await openReport(file, streams);
    expect(read(file)).toBe("one"); // it stays until there is another
    expect(await again.write("two")).toBeUndefined();
    expect(read(file)).toBe("two");
    expect(identity(file)).not.toBe(before);
    expect(fs.statSync(file).mode & 0o777).toBe(0o640);
    expect(fs.readdirSync(dir)).toEqual(["report.json"]);
  });

  test("goes through a link to a file, which stays a link", async () => {
    const file = put("report.json", "old");
    fs.symlinkSync("report.json", join(dir, "link"));
    expect(await (await openReport(join(dir, "link"), streams)).write("new")).toBeUndefined();
    expect(fs.lstatSync(join(dir, "link")).isSymbolicLink()).toBe(true);
    expect(read(file)).toBe("new");
  });

  test("overwrites a file with another name, and a device", async () => {
    const file = put("report.json", "old, and longer");
    fs.linkSync(file, join(dir, "other"));
    expect(await (await openReport(file, streams)).write("new")).toBeUndefined();
    expect(read(join(dir, "other"))).toBe("new");
    expect(await (await openReport("/dev/null", streams)).write("new")).toBeUndefined();
    expect(fs.statSync("/dev/null").isCharacterDevice()).toBe(true);
  });

  test.each([
    ["", /needs the name of a file/],
    ["-", /needs the name of a file/],
    ["missing/report.json", /missing\/report\.json: there is no such folder/],
    ["folder", /folder: a directory/],
    ["file/report.json", /file\/report\.json: a part of the path is a file/],
    ["dangling", /dangling: a symbolic link to nothing/],
  ])("to %j is refused before anything else", async (name, message) => {
    fs.mkdirSync(join(dir, "folder"));
    put("file", "");
    fs.symlinkSync("nothing", join(dir, "dangling"));
    const file = name === "" || name === "-" ? name : join(dir, name);
    await expect(openReport(file, streams)).rejects.toThrow(message);
    await expect(openReport(file, streams)).rejects.toMatchObject({ code: "usage" });
  });

  test("that can't be written after all says why", async () => {
    const report = await openReport(join(dir, "report.json"), streams);
    fs.rmSync(dir, { recursive: true });
    expect(await report.write("late")).toMatch(/report\.json: there is no such folder$/);
  });

  test("to a stream of the process goes there without opening it, which a container's user may not", async () => {
    expect(await (await openReport("/dev/stdout", streams)).write("report\n")).toBeUndefined();
    expect(await writeTerminationLog("/dev/stderr", "message\n", streams)).toBeUndefined();
    expect(printed).toEqual({ stdout: "report\n", stderr: "message\n" });
  });

  test("to a FIFO that nobody reads does not wait", async () => {
    const fifo = join(dir, "fifo");
    execFileSync("mkfifo", [fifo]);
    expect(await (await openReport(fifo, streams)).write("x")).toMatch(/fifo: nobody reads it$/);
  });
});

describe("a file that manifests are read from", () => {
  test("is refused by whatever name", async () => {
    const file = put("few.yaml", "kind: ConfigMap\n");
    fs.symlinkSync("few.yaml", join(dir, "link"));
    fs.linkSync(file, join(dir, "other"));
    const sources = [put("more.yaml", ""), file];
    for (const name of [file, join(dir, "link"), join(dir, "other"), join(dir, ".", "few.yaml")])
      await expect(refuseSource("report", name, sources)).rejects.toMatchObject({
        code: "usage",
        message: `--report would overwrite ${name}, which manifests are read from`,
      });
  });

  test("is none that is not there, nor a device or folder", async () => {
    const sources = [put("few.yaml", ""), "/dev/stdin", "/dev/null", dir, join(dir, "gone")];
    for (const name of ["", join(dir, "gone"), "/dev/null", dir, put("report.json", "")])
      await expect(refuseSource("report", name, sources)).resolves.toBeUndefined();
  });
});

describe("a termination message", () => {
  const inPod = { KUBERNETES_SERVICE_HOST: "10.0.0.1" };

  test("goes where it is told, in a pod where the kubelet looks, else nowhere", () => {
    const usual = put("termination-log", "");
    expect(terminationLogOf("/x", {}, usual)).toBe("/x");
    expect(terminationLogOf("", inPod, usual)).toBeUndefined();
    expect(terminationLogOf("-", inPod, usual)).toBeUndefined();
    expect(terminationLogOf(undefined, inPod, usual)).toBe(usual);
    expect(terminationLogOf(undefined, inPod, join(dir, "missing"))).toBeUndefined();
    expect(terminationLogOf(undefined, {}, usual)).toBeUndefined();
    expect(terminationLogOf(undefined, { KUBERNETES_SERVICE_HOST: "" }, usual)).toBeUndefined();
  });

  test("is written in place: the file is a mount", async () => {
    const file = put("log", "old, and longer");
    const before = identity(file);
    expect(await writeTerminationLog(file, "new\n", streams)).toBeUndefined();
    expect(read(file)).toBe("new\n");
    expect(identity(file)).toBe(before);
  });

  test("that is empty leaves the file alone", async () => {
    const file = put("log", "what the app said");
    expect(await writeTerminationLog(file, "", streams)).toBeUndefined();
    expect(read(file)).toBe("what the app said");
    expect(await writeTerminationLog(join(dir, "missing", "log"), "", streams)).toBeUndefined();
  });

  test("that can't be written says why, and throws nothing", async () => {
    const file = join(dir, "missing", "log");
    expect(await writeTerminationLog(file, "x", streams)).toBe(
      `the termination message can't be written to ${file}: there is no such folder`,
    );
  });
});
