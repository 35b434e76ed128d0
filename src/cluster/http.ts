/** The connections to one server. */
import type { Dispatcher } from "undici";
import type { Identity } from "../model.js";
import { dispatcherBuilder, quickenParser } from "./dispatchers.js";
import type { Certificate, DispatcherOptions } from "./dispatchers.js";
import { exchangeOnce } from "./exchange.js";
import type { Attempt, Exchange } from "./exchange.js";
import { openStream } from "./stream.js";
import type { Opening } from "./stream.js";

/** The connections to one server, as one identity at a time. */
export interface Http {
  send(attempt: Attempt, identity: Identity): Promise<Exchange>;
  /** Opens an answer that is read as it comes. The time limit of the attempt is for its headers. */
  open(attempt: Attempt, idleMs: number, identity: Identity): Promise<Opening>;
  close(): Promise<void>;
}

/** As good as no limit: an answer without an end must not keep a connection from any other. */
const maxStreams = 100_000;

/** Loads undici. Rejects with a `KapplyError` of code `tls` or `credentials` when the PEM data can't be used. */
export async function openHttp(options: DispatcherOptions): Promise<Http> {
  const { origin, pathname } = new URL(options.connection.server);
  const prefix = pathname.replace(/\/+$/, "");
  const requests = openPool(await dispatcherBuilder(options));
  const buildForStreams = await dispatcherBuilder({ ...options, concurrency: maxStreams });
  let streams: Pool | undefined;
  const quickened = quickenParser();

  return {
    async send(attempt, identity) {
      const dispatcher = requests.of(identity);
      const exchange = await exchangeOnce(dispatcher, origin, { ...attempt, path: prefix + attempt.path });
      if (exchange.kind === "answer") quickened.restore();
      return exchange;
    },
    async open(attempt, idleMs, identity) {
      streams ??= openPool(buildForStreams);
      const whole = { ...attempt, path: prefix + attempt.path };
      const opening = await openStream(streams.of(identity), origin, whole, idleMs);
      if (opening.kind !== "fault") quickened.restore();
      return opening;
    },
    async close() {
      quickened.restore();
      await Promise.all([requests.destroy(), streams?.destroy()]);
    },
  };
}

/** Connections as one identity, and those of former ones until they are done. */
interface Pool {
  of(identity: Identity): Dispatcher;
  destroy(): Promise<void>;
}

function openPool(build: (certificate: Certificate | undefined) => Dispatcher): Pool {
  let certificate: Certificate | undefined;
  let dispatcher = build(certificate);
  const open = new Set([dispatcher]);
  return {
    of(identity) {
      if (sameCertificate(identity.certificate, certificate)) return dispatcher;
      certificate = identity.certificate;
      const former = dispatcher;
      dispatcher = build(certificate);
      open.add(dispatcher);
      // Requests in flight finish on the connections that they have.
      void former.close().then(() => open.delete(former));
      return dispatcher;
    },
    async destroy() {
      await Promise.all([...open].map((each) => each.destroy()));
    },
  };
}

function sameCertificate(a: Certificate | undefined, b: Certificate | undefined): boolean {
  return a?.cert === b?.cert && a?.key === b?.key;
}
