import { fetch } from "undici";
import { describe, expect, test } from "vitest";
import { answers, open, raw, request, serve, statusOf, until } from "./support.js";

describe("a stream", () => {
  /** Sends numbered texts for as long as the test lets it. */
  const sending = (text: (n: number) => string, count: number, sent: (n: number) => void = () => undefined) =>
    serve({
      handle: (_call, note) => {
        note.user = "alice";
        return Promise.resolve({
          status: 200,
          contentType: "application/json;stream=watch",
          stream: async (send) => {
            for (let n = 0; n < count; n++) {
              await send(text(n));
              sent(n);
            }
          },
        });
      },
    });

  test("sends its header at once and each text as it comes, and ends with its function", async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const server = await serve(
      answers({
        status: 200,
        contentType: "application/json",
        stream: async (send) => {
          await held;
          await send('{"type":"ADDED"}\n');
        },
      }),
    );
    const response = await fetch(`${server.url}/api/v1/pods?watch=1`);
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(response.headers.get("content-length")).toBeNull();
    release();
    expect(await response.text()).toBe('{"type":"ADDED"}\n');
  });

  test("is logged when it begins and when it ends, with the user", async () => {
    const server = await sending((n) => `${n}\n`, 3);
    expect(await (await fetch(`${server.url}/api/v1/pods?watch=1`)).text()).toBe("0\n1\n2\n");
    await until(() => server.lines.length === 2);
    expect(server.lines).toMatchObject([
      { event: "start", verb: "watch", user: "alice", status: 200, bytes: 0 },
      { event: "end", verb: "watch", user: "alice", status: 200, bytes: 6 },
    ]);
  });

  test("waits for a client that does not read, and goes on when it does", async () => {
    const big = "x".repeat(256 * 1024);
    let last = -1;
    const server = await sending(
      () => big,
      200,
      (n) => (last = n),
    );
    const socket = await open(server);
    socket.pause();
    socket.write(request("GET /a"));
    let before = -2;
    while (before !== last || last < 0) {
      before = last;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(last).toBeLessThan(150);
    socket.resume();
    await until(() => last === 199);
  });

  test("ends when its client goes, and what is sent then is dropped", async () => {
    let resolved = 0;
    const server = await serve({
      handle: (call) =>
        Promise.resolve({
          status: 200,
          contentType: "application/json",
          stream: async (send) => {
            await send("1");
            await new Promise((resolve) => call.signal.addEventListener("abort", resolve));
            await send("2").then(() => resolved++);
          },
        }),
    });
    const socket = await open(server);
    socket.write(request("GET /a"));
    await until(() => server.lines.length === 1);
    socket.destroy();
    await until(() => server.lines.length === 2 && resolved === 1);
    expect(server.lines[1]).toMatchObject({ event: "end", error: "the client went away" });
  });

  test("that throws ends the connection, not the server", async () => {
    const server = await serve(
      answers({
        status: 200,
        contentType: "application/json",
        stream: async (send) => {
          await send("1");
          throw new Error("oops");
        },
      }),
    );
    const { text, end } = await raw(server, request("GET /a"));
    expect(text).not.toContain("\r\n0\r\n\r\n");
    expect(end).not.toBe("open");
    expect(server.lines[1]?.error).toContain("oops");
    expect(statusOf(await raw(server, request("GET /a")))).toBe(200);
  });
});
