import { describe, expect, test } from "vitest";
import { commands } from "../../src/commands/index.js";
import { helpOf, overview } from "../../src/commands/help.js";
import { flags } from "../../src/commands/flags.js";
import type { Flag, FlagName } from "../../src/commands/flags.js";
import { count, duration, parseArguments, size, timeout } from "../../src/commands/parse.js";
import type { Values } from "../../src/commands/parse.js";

const all = Object.keys(flags) as FlagName[];
const parse = (...args: string[]): Values => parseArguments(args, all);

describe("arguments", () => {
  test.each([
    [["-n", "shop"]],
    [["-n=shop"]],
    [["-nshop"]],
    [["--namespace", "shop"]],
    [["--namespace=shop"]],
    [["-n", "first", "-n", "shop"]],
  ])("%j is the namespace shop", (args) => {
    expect(parse(...args).text("namespace")).toBe("shop");
  });
  test("-f repeats, takes lists, and - for standard input", () => {
    expect(parse("-f", "a,b", "-fc", "--filename=d", "-f", "-").list("filename")).toEqual([
      "a",
      "b",
      "c",
      "d",
      "-",
    ]);
  });
  test("switches may be bundled with a flag that takes a value", () => {
    const values = parse("-Rf", "dir");
    expect(values.on("recursive")).toBe(true);
    expect(values.list("filename")).toEqual(["dir"]);
  });
  test("--dry-run alone is client, and does not eat what follows", () => {
    const values = parse("--dry-run", "-f", "a");
    expect(values.text("dry-run")).toBe("client");
    expect(values.list("filename")).toEqual(["a"]);
    expect(parse("--dry-run=server").text("dry-run")).toBe("server");
  });
  test("a switch can be turned off", () => {
    expect(parse("--force-conflicts=false").on("force-conflicts")).toBe(false);
  });
  test("after -- nothing is a flag", () => {
    expect(parse("--", "-f").rest).toEqual(["-f"]);
  });
  test.each([
    [["--namespce=x"], "unknown flag --namespce", "did you mean --namespace?"],
    [["-x"], "unknown flag -x in -x", "see --help for the flags"],
    [
      ["-k", "overlay"],
      "unknown flag -k in -k",
      "kapply renders nothing: kubectl kustomize DIR | kapply apply -f -",
    ],
    [["-A"], "unknown flag -A in -A", "a run is about one namespace: name it with -n, and run once for each"],
    [
      ["--all-namespaces"],
      "unknown flag --all-namespaces",
      "a run is about one namespace: name it with -n, and run once for each",
    ],
    [["-n"], "flag --namespace needs a value", "--namespace=NAME"],
    [["-n", "-f"], "flag --namespace needs a value", "--namespace=NAME"],
    [["-o", "table"], "--output=table is not one of text, json, ndjson, yaml, name", undefined],
    [["--force-conflicts=maybe"], "--force-conflicts=maybe is neither true nor false", undefined],
  ])("%j is refused", (args, message, hint) => {
    expect(() => parse(...args)).toThrow(expect.objectContaining({ message, details: { hint } }) as Error);
  });
});

describe("values", () => {
  test.each([
    ["90s", 90_000],
    ["5m", 300_000],
    ["1h30m", 5_400_000],
    ["300ms", 300],
    ["1.5s", 1500],
    ["20", 20_000],
    ["0", undefined],
  ])("%s is a duration", (text, milliseconds) => {
    expect(duration(parse(`--timeout=${text}`), "timeout", 1)).toBe(milliseconds);
  });
  test.each(["soon", "5 m", "-1s", "5d", ""])("%j is no duration", (text) => {
    const values = parse(`--request-timeout=${text}`);
    expect(() => duration(values, "request-timeout", 1)).toThrow("is not a duration");
  });
  test.each([
    ["90s", 90_000],
    ["0", 0],
    ["0s", 0],
    ["-0", 0],
    ["-1", Infinity],
    ["-1m30s", Infinity],
  ])("a run may take %s", (text, milliseconds) => {
    expect(timeout(parse(`--timeout=${text}`), 1)).toBe(milliseconds);
    expect(timeout(parse("--timeout", text), 1)).toBe(milliseconds);
  });
  test("how long a run may take is a duration, or by default", () => {
    expect(timeout(parse(), 5000)).toBe(5000);
    expect(() => timeout(parse("--timeout=--1"), 1)).toThrow("is not a duration");
    expect(() => timeout(parse("--timeout=-soon"), 1)).toThrow("is not a duration");
  });
  test("sizes have binary and decimal units", () => {
    expect(size(parse("--max-file-size=16Mi"), "max-file-size")).toBe(16 * 1024 * 1024);
    expect(size(parse("--max-file-size=5k"), "max-file-size")).toBe(5000);
    expect(() => size(parse("--max-file-size=big"), "max-file-size")).toThrow("is not a size");
  });
  test("concurrency is at least 1", () => {
    expect(count(parse("--concurrency=64"), "concurrency", 16)).toBe(64);
    expect(() => count(parse("--concurrency=0"), "concurrency", 16)).toThrow("whole number of at least 1");
  });
});

describe("help", () => {
  test("every short flag is one letter of one flag", () => {
    const shorts = all.map((name) => (flags[name] as Flag).short).filter((short) => short !== undefined);
    expect(new Set(shorts).size).toBe(shorts.length);
  });
  test("every flag belongs to a command", () => {
    const used = new Set<string>(commands.flatMap((command) => command.flags));
    expect(all.filter((name) => name !== "help" && !used.has(name))).toEqual([]);
  });
  test("the overview and the help of every command read as recorded", async () => {
    const pages = [overview("kapply"), ...commands.map((command) => helpOf(command, "kapply"))];
    await expect(pages.join("\n---\n")).toMatchFileSnapshot("golden/help.txt");
  });
  test("no line of help is wider than 160 columns", () => {
    const lines = commands.flatMap((command) => helpOf(command, "kapply").split("\n"));
    expect(lines.filter((line) => line.length > 160)).toEqual([]);
  });
});
