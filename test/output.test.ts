/** The process's streams, when whoever reads them is gone or the disk is full. */
import { expect, test } from "vitest";
import { openOutput } from "../src/output.js";

/** A stream that takes `most` writes and then fails, as a socket or file of the process does: a turn later. */
function stream(most = Infinity, code = "EPIPE") {
  const written: string[] = [];
  let listener: (error: NodeJS.ErrnoException) => void = () => {
    throw new Error("nobody listens");
  };
  return {
    written,
    write(text: string, done?: () => void) {
      const fails = written.length >= most;
      if (!fails && text !== "") written.push(text);
      process.nextTick(() => {
        if (fails) listener(Object.assign(new Error(`${code}: write`), { code }));
        done?.();
      });
      return true;
    },
    on(_event: string, given: (...args: never[]) => void) {
      listener = given as typeof listener;
      return this;
    },
  };
}

test("what a turn prints is one write, and stderr stays behind it", async () => {
  const [out, err] = [stream(), stream()];
  const output = openOutput(out as never, err as never);
  output.stdout("a\n");
  output.stdout("b\n");
  output.stderr("c\n");
  expect({ out: out.written, err: err.written }).toEqual({ out: ["a\nb\n"], err: ["c\n"] });
  output.stdout("d\n");
  expect(await output.end()).toBeUndefined();
  expect(out.written).toEqual(["a\nb\n", "d\n"]);
});

test("a reader that goes away is no trouble, and is written to no more", async () => {
  const out = stream(1);
  const output = openOutput(out as never, stream(0) as never);
  output.stdout("a");
  output.flush();
  output.stdout("b");
  output.stderr("nobody reads this either");
  output.stdout("c");
  expect(await output.end()).toBeUndefined();
  expect(out.written).toEqual(["a"]);
});

test("any other trouble is told at the end, the first of it", async () => {
  const output = openOutput(stream(0, "ENOSPC") as never, stream() as never);
  output.stdout("a");
  expect(await output.end()).toBe("ENOSPC: write");
});
