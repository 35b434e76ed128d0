import { X509Certificate, createPrivateKey } from "node:crypto";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { connect } from "node:tls";
import fc from "fast-check";
import { X509Certificate as Parsed } from "@peculiar/x509";
import { describe, expect, onTestFinished, test } from "vitest";
import { makeCertificates } from "../../../src/sandbox/http/certificates.js";
import type { Certificates } from "../../../src/sandbox/http/certificates.js";
import { addressBytes, integer, oid, time } from "../../../src/sandbox/http/der.js";
import { makeAuthority } from "../../rest/certificates.js";

const day = 24 * 60 * 60 * 1000;

describe("the certificates", () => {
  test("are an authority and a serving certificate that it signed", async () => {
    const made = await makeCertificates({ addresses: [] });
    const [ca, serving] = [new X509Certificate(made.ca), new X509Certificate(made.certificate)];
    expect([ca.ca, serving.ca]).toEqual([true, false]);
    expect(ca.verify(ca.publicKey)).toBe(true);
    expect(serving.verify(ca.publicKey)).toBe(true);
    expect(serving.checkIssued(ca)).toBe(true);
    expect(ca.checkPrivateKey(createPrivateKey(made.caKey))).toBe(true);
    expect(serving.checkPrivateKey(createPrivateKey(made.key))).toBe(true);
    expect(serving.keyUsage).toEqual(["1.3.6.1.5.5.7.3.1"]);
    expect(serving.publicKey.asymmetricKeyDetails).toEqual({ namedCurve: "prime256v1" });
  });

  test("name what the server is reached at", async () => {
    const addresses = [
      "10.1.2.3",
      "fd00::1:2",
      "[::ffff:192.0.2.1]",
      "fe80::1%eth0",
      "box.example",
      "127.0.0.1",
      "",
    ];
    const { certificate } = await makeCertificates({ addresses });
    expect(new X509Certificate(certificate).subjectAltName?.split(", ")).toEqual([
      ...["localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc"].map(
        (name) => `DNS:${name}`,
      ),
      "DNS:kubernetes.default.svc.cluster.local",
      "IP Address:127.0.0.1",
      "IP Address:0:0:0:0:0:0:0:1",
      "IP Address:10.1.2.3",
      "IP Address:FD00:0:0:0:0:0:1:2",
      "IP Address:0:0:0:0:0:FFFF:C000:201",
      "IP Address:FE80:0:0:0:0:0:0:1",
      "DNS:box.example",
    ]);
  });

  test("are valid for a year from yesterday", async () => {
    const now = Date.parse("2026-03-04T05:06:07Z");
    const { ca, certificate } = await makeCertificates({ addresses: [], now });
    for (const { validFrom, validTo } of [new X509Certificate(ca), new X509Certificate(certificate)])
      expect([Date.parse(validFrom), Date.parse(validTo)]).toEqual([now - day, now + 364 * day]);
  });

  test("are read by another implementation", async () => {
    const { ca, certificate } = await makeCertificates({ addresses: [] });
    const parsed = new Parsed(certificate);
    expect([parsed.subject, parsed.issuer]).toEqual(["CN=kube-apiserver", "CN=kapply-sandbox-ca"]);
    expect(await parsed.verify({ publicKey: new Parsed(ca).publicKey })).toBe(true);
  });

  test("serve a client that trusts the authority, under each name, and no other", async () => {
    const { ca, key, certificate } = await makeCertificates({ addresses: [] });
    const server = createServer({ key, cert: certificate });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const meet = (servername: string) =>
      new Promise((resolve) => {
        const socket = connect({ host: "127.0.0.1", port, ca, servername }, () => {
          resolve("trusted");
          socket.end();
        });
        socket.on("error", (error: NodeJS.ErrnoException) => resolve(error.code));
      });
    expect(await meet("localhost")).toBe("trusted");
    expect(await meet("kubernetes.default.svc")).toBe("trusted");
    expect(await meet("elsewhere.example")).toBe("ERR_TLS_CERT_ALTNAME_INVALID");
  });
});

describe("an authority of an earlier start", () => {
  const again = (authority: Pick<Certificates, "ca" | "caKey">, now = Date.now()) =>
    makeCertificates({ addresses: ["10.1.2.3"], authority, now });

  test("is kept, and signs a new certificate", async () => {
    const first = await makeCertificates({ addresses: [] });
    const second = await again(first);
    expect([second.ca, second.caKey]).toEqual([first.ca, first.caKey]);
    expect(second.certificate).not.toBe(first.certificate);
    const serving = new X509Certificate(second.certificate);
    expect(serving.verify(new X509Certificate(first.ca).publicKey)).toBe(true);
    expect(serving.checkIssued(new X509Certificate(first.ca))).toBe(true);
  });

  test("is replaced a day before it ends", async () => {
    const first = await makeCertificates({ addresses: [] });
    expect((await again(first, Date.now() + 362 * day)).ca).toBe(first.ca);
    expect((await again(first, Date.now() + 363.5 * day)).ca).not.toBe(first.ca);
  });

  test("is replaced where it can't be used: no PEM, another's key, not ours", async () => {
    const [first, other] = [
      await makeCertificates({ addresses: [] }),
      await makeCertificates({ addresses: [] }),
    ];
    const foreign = await (await makeAuthority("foreign")).issue();
    for (const kept of [
      { ca: "", caKey: first.caKey },
      { ca: first.ca, caKey: "nonsense" },
      { ca: first.ca, caKey: other.caKey },
      { ca: foreign.cert, caKey: foreign.key },
    ]) {
      const { ca, certificate } = await again(kept);
      expect(ca).not.toBe(kept.ca);
      expect(new X509Certificate(certificate).verify(new X509Certificate(ca).publicKey)).toBe(true);
    }
  });
});

describe("DER", () => {
  const hex = (bytes: Buffer): string => bytes.toString("hex");

  test("integers are as short as they can be, and never negative", () => {
    expect(hex(integer(Buffer.from([0])))).toBe("020100");
    expect(hex(integer(Buffer.from([0, 0, 0x7f])))).toBe("02017f");
    expect(hex(integer(Buffer.from([0x80])))).toBe("02020080");
  });

  test("object identifiers are in base 128", () => {
    expect(hex(oid("1.2.840.10045.4.3.2"))).toBe("06082a8648ce3d040302");
    expect(hex(oid("2.5.29.17"))).toBe("0603551d11");
  });

  test("times have two digits of the year before 2050, and four from then on", () => {
    expect(time(new Date("2049-12-31T23:59:59.999Z")).toString("latin1", 2)).toBe("491231235959Z");
    expect(time(new Date("2050-01-01T00:00:00Z")).toString("latin1", 2)).toBe("20500101000000Z");
  });

  test("addresses are their bytes", () => {
    expect(hex(addressBytes("127.0.0.1"))).toBe("7f000001");
    fc.assert(
      fc.property(fc.ipV6(), (address) => {
        const bytes = addressBytes(address);
        expect(bytes).toHaveLength(16);
        const groups = hex(bytes).match(/.{4}/g) ?? [];
        const host = (text: string): string => new URL(`http://[${text}]`).hostname;
        expect(host(groups.join(":"))).toBe(host(address));
      }),
    );
  });
});
