/** What `kubectl proxy` is to its clients, and no more: plain HTTP on loopback that is sent on as the administrator. */
import { once } from "node:events";
import http from "node:http";
import https from "node:https";
import type { AddressInfo } from "node:net";
import type { ClusterDescription } from "./client.js";

export interface LendingProxy {
  /** `http://127.0.0.1:PORT`, or the path of the socket. */
  address: string;
  stop(): Promise<void>;
}

/**
 * Starts one on a free port, or on a unix socket, and resolves once it listens. `seen` is told of each request before it
 * is sent on.
 */
export async function startLendingProxy(
  cluster: ClusterDescription,
  unixSocket?: string,
  seen: (asked: http.IncomingMessage) => void = () => undefined,
): Promise<LendingProxy> {
  const { host, port, caPem: ca, adminToken } = cluster;
  const agent = new https.Agent({ keepAlive: true });
  const server = http.createServer((asked, answer) => {
    seen(asked);
    const headers = { ...asked.headers, host: `${host}:${port}`, authorization: `Bearer ${adminToken}` };
    const to = { host, port, ca, agent, path: asked.url, method: asked.method, headers };
    const sent = https.request(to, (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    });
    sent.on("error", () => answer.destroy());
    asked.pipe(sent);
  });
  server.listen(unixSocket === undefined ? { host: "127.0.0.1", port: 0 } : { path: unixSocket });
  await once(server, "listening");
  return {
    address: unixSocket ?? `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
      agent.destroy();
    },
  };
}
