import { Agent, fetch } from "undici";
import { describe, expect, onTestFinished, test } from "vitest";
import { makeAuthority } from "../../rest/certificates.js";
import { serve } from "./support.js";

describe("client certificates", () => {
  async function start() {
    const authority = await makeAuthority("clients");
    const serving = await authority.issue();
    const tls = { key: serving.key, certificate: serving.cert, clientCa: authority.pem };
    return { authority, server: await serve({ tls }) };
  }

  /** Asks a few times, over new connections, of which later ones resume the session of the first. */
  async function ask(url: string, connect: object, headers: Record<string, string> = {}): Promise<number[]> {
    const dispatcher = new Agent({ connect, pipelining: 0 });
    onTestFinished(() => dispatcher.destroy());
    const statuses: number[] = [];
    for (let n = 0; n < 3; n++) {
      const response = await fetch(`${url}/a`, { dispatcher, headers });
      statuses.push(response.status);
      await response.text();
    }
    return statuses;
  }

  test("make their common name the user and their organizations the groups, on resumed sessions too", async () => {
    const { authority, server } = await start();
    const { cert, key } = await authority.issue({ client: true });
    expect(await ask(server.url, { ca: authority.pem, cert, key })).toEqual([200, 200, 200]);
    for (const { certificate } of server.calls) {
      expect(certificate).toMatchObject({ username: "bob", groups: ["devs"] });
      const [id] = certificate?.extra?.["authentication.kubernetes.io/credential-id"] ?? [];
      expect(id).toMatch(/^X509SHA256=[0-9a-f]{64}$/);
    }
  });

  test("are not asked for more than once, and nobody needs one", async () => {
    const { authority, server } = await start();
    expect(await ask(server.url, { ca: authority.pem })).toEqual([200, 200, 200]);
    expect(server.calls.map(({ certificate }) => certificate)).toEqual([undefined, undefined, undefined]);
  });

  test("of another authority, or expired, are a 401 without a token, and nothing beside one", async () => {
    const { authority, server } = await start();
    const stranger = await (await makeAuthority("clients")).issue({ client: true });
    const expired = await authority.issue({ client: true, expired: true });
    for (const { cert, key } of [stranger, expired]) {
      expect(await ask(server.url, { ca: authority.pem, cert, key })).toEqual([401, 401, 401]);
      expect(server.calls).toEqual([]);
      const headers = { authorization: "Bearer x" };
      expect(await ask(server.url, { ca: authority.pem, cert, key }, headers)).toEqual([200, 200, 200]);
      expect(server.calls.splice(0).every(({ certificate }) => certificate === undefined)).toBe(true);
    }
  });
});
