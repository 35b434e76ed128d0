/** A transport to a server of the tests, for what is tried below the command line. */
import { openTransport } from "../../src/cluster/index.js";
import type { Transport, TransportOptions } from "../../src/cluster/index.js";
import type { Cluster } from "../cluster/client.js";

/** As the administrator, or whom the token says. Reads only, unless `more` says otherwise. */
export function transportTo(
  to: Pick<Cluster, "server" | "caPem" | "adminToken">,
  { token = to.adminToken, ...more }: { token?: string } & Partial<TransportOptions> = {},
): Promise<Transport> {
  const authorization = `Bearer ${token}`;
  return openTransport({
    connection: {
      server: to.server,
      tls: { ca: { pem: to.caPem, from: "the test" }, insecureSkipVerify: false },
      credential: { kind: "none" },
      namespace: "default",
      foundBy: "the test",
      namespaceFrom: "the test",
      viaKubectlProxy: false,
    },
    authorizer: { identity: () => Promise.resolve({ authorization }), renew: () => Promise.resolve(false) },
    requestTimeoutMs: 5_000,
    concurrency: 16,
    sends: "reads",
    emit: () => undefined,
    userAgent: "kapply/test",
    ...more,
  });
}
