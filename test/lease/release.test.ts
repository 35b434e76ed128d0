/** Giving a Lease back to a server that does not answer. */
import { expect, test } from "vitest";
import { giveBack } from "../../src/lease/release.js";
import type { Clock } from "../../src/lease/clock.js";

/** A clock that only `sleep` moves. */
function clockOfItsOwn(): Clock {
  let time = 0;
  return {
    now: () => time,
    wall: () => time,
    sleep: (milliseconds) => {
      time += milliseconds;
      return Promise.resolve();
    },
  };
}

const lease = { apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata: { name: "kapply-web" } };

test("what is refused after the time for it is over is nobody's error", async () => {
  const asked: string[] = [];
  const rejections: unknown[] = [];
  const listener = (reason: unknown): void => void rejections.push(reason);
  process.on("unhandledRejection", listener);
  const refused = async (verb: string): Promise<never> => {
    asked.push(verb);
    await new Promise((resolve) => setTimeout(resolve, 20));
    throw new Error("the transport is closed");
  };
  const requests = { get: () => refused("get"), put: () => refused("put") };
  const options = {
    at: { namespace: "shop", name: "kapply-web" },
    holder: "a",
    wanted: { hash: "h", revision: undefined },
    before: {},
    ending: "applied",
    clock: clockOfItsOwn(),
  } as const;
  await expect(giveBack(lease, requests, options)).rejects.toThrow("could not be given back in time");
  await new Promise((resolve) => setTimeout(resolve, 60));
  process.off("unhandledRejection", listener);
  expect(rejections).toEqual([]);
  expect(asked).toEqual(["put"]);
});
