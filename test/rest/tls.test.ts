import type { IncomingMessage } from "node:http";
import { TLSSocket } from "node:tls";
import { beforeAll, describe, expect, test } from "vitest";
import { faultOf } from "../../src/cluster/faults.js";
import type { Authorizer, Tls } from "../../src/model.js";
import { makeAuthority } from "./certificates.js";
import type { Authority, Pair } from "./certificates.js";
import { errorOf, get, open, patch, serve } from "./server.js";
import type { Turn } from "./server.js";

let ours: Authority;
let theirs: Authority;
let good: Pair;

beforeAll(async () => {
  ours = await makeAuthority("our CA");
  theirs = await makeAuthority("their CA");
  good = await ours.issue();
});

const ok: Turn = { body: { fine: true } };

function trusting(authority: Authority, others: Partial<Tls> = {}): { tls: Tls } {
  return {
    tls: { ca: { pem: authority.pem, from: "/mounted/ca.crt" }, insecureSkipVerify: false, ...others },
  };
}

async function tlsError(pair: Pair, connection: { tls: Tls }) {
  const server = await serve(() => ok, pair);
  const { transport } = await open(server, { connection });
  const error = await errorOf(transport.request(patch));
  expect(transport.requests).toBe(1);
  expect(server.seen).toHaveLength(0);
  expect(error.details.answerLost).toBeUndefined();
  return { code: error.code, hint: error.details.hint, message: error.message.replaceAll(server.url, "URL") };
}

describe("a server that can't be trusted is not asked twice", () => {
  test("signed by an unknown CA", async () => {
    const error = await tlsError(good, trusting(theirs));
    expect(error.code).toBe("tls");
    expect(error.message).toContain(
      "configmap/web in namespace shop: can't trust URL: its certificate is not signed by the CA of /mounted/ca.crt",
    );
  });

  test("signed by an unknown CA, with none given", async () => {
    const error = await tlsError(good, { tls: { insecureSkipVerify: false } });
    expect(error.message).toContain("not signed by the CAs that Node.js brings along");
    expect(error.hint).toContain("--certificate-authority");
  });

  test("for another host", async () => {
    const error = await tlsError(await ours.issue({ dnsName: "kubernetes.default.svc" }), trusting(ours));
    expect(error.code).toBe("tls");
    expect(error.message).toContain("can't trust URL: its certificate is not for the host 127.0.0.1");
    expect(error.message).toContain("/mounted/ca.crt");
    expect(error.hint).toContain("--tls-server-name");
  });

  test("expired", async () => {
    const error = await tlsError(await ours.issue({ expired: true }), trusting(ours));
    expect(error.code).toBe("tls");
    expect(error.message).toContain("can't trust URL: a certificate has expired");
    expect(error.message).toContain("/mounted/ca.crt");
  });

  test("not speaking TLS at all", async () => {
    const server = await serve(() => ok);
    const { transport } = await open(server.url.replace("http:", "https:"), { connection: trusting(ours) });
    const error = await errorOf(transport.request(get));
    expect(error.code).toBe("tls");
    expect(error.message).toContain("does not speak TLS");
    expect(transport.requests).toBe(1);
  });
});

describe("a server that is trusted", () => {
  test("by its CA", async () => {
    const server = await serve([ok], good);
    const { transport } = await open(server, { connection: trusting(ours) });
    expect((await transport.request(get)).body).toEqual({ fine: true });
  });

  test("by another name", async () => {
    const server = await serve([ok], await ours.issue({ dnsName: "kubernetes.default.svc" }));
    const { transport } = await open(server, {
      connection: trusting(ours, { serverName: "kubernetes.default.svc" }),
    });
    expect((await transport.request(get)).body).toEqual({ fine: true });
  });

  test("because nothing is checked", async () => {
    const server = await serve([ok], await theirs.issue({ expired: true }));
    const { transport } = await open(server, { connection: { tls: { insecureSkipVerify: true } } });
    expect((await transport.request(get)).body).toEqual({ fine: true });
  });
});

function peer({ socket }: IncomingMessage) {
  if (!(socket instanceof TLSSocket)) throw new Error("no TLS");
  return socket.getPeerCertificate();
}

describe("client certificates", () => {
  const who: Turn = (request, response) => {
    response.end(JSON.stringify({ cn: peer(request).subject.CN }));
  };
  const demanding = () => ({ ...good, ca: ours.pem, requestCert: true, rejectUnauthorized: true });

  test("of the connection", async () => {
    const server = await serve([who], demanding());
    const { transport } = await open(server, {
      connection: trusting(ours, await ours.issue({ client: true })),
    });
    expect((await transport.request(get)).body).toEqual({ cn: "bob" });
  });

  test("of a plugin, and another one after renewal", async () => {
    const certificates = [await ours.issue({ client: true }), await ours.issue({ client: true })];
    let at = 0;
    const authorizer: Authorizer = {
      identity: () => Promise.resolve({ certificate: certificates[at] }),
      renew: () => Promise.resolve(++at === 1),
    };
    const serials: string[] = [];
    const server = await serve(
      () => (request, response) => {
        serials.push(peer(request).serialNumber);
        response.writeHead(serials.length === 1 ? 401 : 200, { "content-type": "application/json" });
        response.end("{}");
      },
      demanding(),
    );
    const { transport } = await open(server, { connection: trusting(ours), authorizer });
    await transport.request(get);
    expect(new Set(serials).size).toBe(2);
  });

  test.each([
    "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED",
    "ERR_SSL_TLSV1_ALERT_UNKNOWN_CA",
    "ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE",
  ])("that the server refuses with %s, be it after the handshake", (code) => {
    expect(faultOf(Object.assign(new Error("alert"), { code }), true)).toEqual({
      kind: "tls",
      problem: "client-certificate",
      detail: "alert",
    });
  });

  test("are none of the matter when TLS breaks off in the middle", () => {
    const error = Object.assign(new Error("eof"), { code: "ERR_SSL_UNEXPECTED_EOF_WHILE_READING" });
    expect(faultOf(error, true)).toMatchObject({ kind: "connection", sent: true });
    expect(faultOf(error, false)).toMatchObject({ kind: "connection", sent: false });
  });

  test("whose key is another's", async () => {
    const [one, two] = [await ours.issue({ client: true }), await ours.issue({ client: true })];
    const opening = open("https://127.0.0.1:1", {
      connection: trusting(ours, { cert: one.cert, key: two.key }),
    });
    const error = await errorOf(opening);
    expect(error.code).toBe("credentials");
    expect(error.message).toContain("the client certificate and its key can't be used");
  });
});

test.each([
  [
    "-----BEGIN CERTIFICATE-----\noops\n-----END CERTIFICATE-----\n",
    "a certificate in the CA of /mounted/ca.crt can't be read",
  ],
  ["oops", "there is no PEM certificate in the CA of /mounted/ca.crt"],
])("a CA that is no certificate is an error before anything is sent: %#", async (pem, message) => {
  const tls = { ca: { pem, from: "/mounted/ca.crt" }, insecureSkipVerify: false };
  const error = await errorOf(open("https://127.0.0.1:1", { connection: { tls } }));
  expect(error.code).toBe("tls");
  expect(error.message).toContain(message);
});
